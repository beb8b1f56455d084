import { existsSync, readFileSync } from 'node:fs';
import { ModelRefusedError } from '../../../engine/index.js';

export type Json = Readonly<Record<string, unknown>>;

/**
 * The object in a JSON file; undefined if there is no such file.
 *
 * @throws {ModelRefusedError} if it is not a JSON object
 */
export function readJsonFile(path: string): Json | undefined {
  if (!existsSync(path)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new ModelRefusedError(`${path} is not valid JSON`);
  }
  if (isObject(value)) return value;
  throw new ModelRefusedError(`${path} is not a JSON object`);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
