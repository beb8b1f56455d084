import { join } from 'node:path';
import { ModelRefusedError } from '../graph/index.js';
import { readModelText } from './read-model-file.js';

/**
 * Reads one label per line; a final line break does not start another line, and CRLF counts as one line break.
 *
 * @throws {ModelRefusedError} if there are none
 */
export async function readLabels(folder: string): Promise<string[]> {
  const lines = (await readModelText(folder, 'labels.txt')).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > 0) return lines;
  throw new ModelRefusedError(
    `${join(folder, 'labels.txt')} is empty; write one line for each class`,
  );
}
