import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelRefusedError } from '../graph/index.js';

/**
 * Reads a file of a model's folder.
 *
 * @throws {ModelRefusedError} if it cannot be read
 */
export async function readModelFile(folder: string, name: string): Promise<Buffer> {
  const path = join(folder, name);
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ModelRefusedError(
      `cannot read ${path}; a model is a folder with model.onnx, labels.txt and model.json`,
      { cause },
    );
  }
}

/** UTF-8 text without the byte order mark that some editors write. */
export async function readModelText(folder: string, name: string): Promise<string> {
  return (await readModelFile(folder, name)).toString('utf8').replace(/^\uFEFF/, '');
}
