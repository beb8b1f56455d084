import { join } from 'node:path';
import { z } from 'zod';
import { ModelRefusedError } from '../graph/index.js';
import { type ModelManifest, modelManifest } from './model-manifest.js';
import { readModelText } from './read-model-file.js';

/** @throws {ModelRefusedError} naming the file and what to change in it */
export async function readManifest(folder: string): Promise<ModelManifest> {
  const path = join(folder, 'model.json');
  const text = await readModelText(folder, 'model.json');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelRefusedError(`${path} is not valid JSON`, { cause });
  }
  const result = modelManifest.safeParse(json);
  if (!result.success) {
    throw new ModelRefusedError(`${path}: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`);
  }
  return result.data;
}
