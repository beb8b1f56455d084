import { join } from 'node:path';
import { ModelRefusedError } from '../graph/index.js';
import { readModelText } from './read-model-file.js';

/**
 * One label a line; a last line break ends the last line, and CRLF counts as one.
 *
 * @throws {ModelRefusedError} when there are none
 */
export async function readLabels(folder: string): Promise<string[]> {
  const lines = (await readModelText(folder, 'labels.txt')).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > 0) return lines;
  throw new ModelRefusedError(
    `${join(folder, 'labels.txt')} is empty; give one line for each class`,
  );
}
