import { readFileSync } from 'node:fs';
import type { Millis } from '../../batcher/index.js';
import { ToolError } from '../tool-error.js';

/**
 * Recorded arrival times in milliseconds from any beginning, one a line, rising; empty lines and lines that begin with #
 * do not count.
 *
 * @throws {ToolError} that names the line
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
        `${file}, line ${i + 1}: ${text} is before the line above; sort the times.`,
      );
    }
    timesMs.push(ms);
  }
  if (timesMs.length < 2 || timesMs[0] === timesMs.at(-1)) {
    throw new ToolError(
      `${file} needs arrivals at two times at least, one a line, in milliseconds.`,
    );
  }
  return timesMs;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    throw new ToolError(
      `${file} cannot be read; --trace is a file of arrival times in milliseconds, one a line.`,
    );
  }
}
