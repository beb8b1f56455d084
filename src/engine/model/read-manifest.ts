import { join } from 'node:path';
import { issueText } from '../../issue-text.js';
import { messageOf } from '../../message-of.js';
import { parseJson } from '../../parse-json.js';
import { ModelRefusedError } from '../graph/index.js';
import { type ModelManifest, modelManifest } from './model-manifest.js';
import { readModelText } from './read-model-file.js';

/** @throws {ModelRefusedError} naming the file and what to change in it */
export async function readManifest(folder: string): Promise<ModelManifest> {
  const path = join(folder, 'model.json');
  const text = await readModelText(folder, 'model.json');
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw new ModelRefusedError(`${path} is ${messageOf(cause)}`, { cause });
  }
  const result = modelManifest.safeParse(json);
  if (!result.success) {
    throw new ModelRefusedError(`${path}: ${result.error.issues.map(issueText).join('; ')}`);
  }
  return result.data;
}
