import { readFileSync } from 'node:fs';
import type { Millis } from '../../batcher/index.js';
import { ToolError } from '../tool-error.js';

/**
 * Reads recorded arrival times in milliseconds from any start, one per line, in ascending order. Empty lines and lines
 * that start with # are ignored.
 *
 * @throws {ToolError} naming the line
 */
export function readTrace(file: string): Millis[] {
  const timesMs: Millis[] = [];
  for (const [i, line] of linesOf(file).entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const ms = Number(text);
    if (!Number.isFinite(ms)) {
      throw new ToolError(`${file}, line ${i + 1}: "${text}" is not a time in milliseconds.`);
    }
    if (ms < (timesMs.at(-1) ?? Number.NEGATIVE_INFINITY)) {
      throw new ToolError(
        `${file}, line ${i + 1}: ${text} is earlier than the line before; sort the times.`,
      );
    }
    timesMs.push(ms);
  }
  if (timesMs.length < 2 || timesMs[0] === timesMs.at(-1)) {
    throw new ToolError(
      `${file} needs arrivals at two different times at least, one per line, in milliseconds.`,
    );
  }
  return timesMs;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    throw new ToolError(
      `${file} cannot be read; --trace needs a file of arrival times in milliseconds, one per line.`,
    );
  }
}
