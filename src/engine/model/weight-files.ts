import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import {
  externalDataOf,
  externalTensors,
  foreignFile,
  type Graph,
  ModelRefusedError,
} from '../graph/index.js';

const MAX_FOREIGN_BYTES = 2 ** 20;

/** The files that hold a model's weights, beside the model's own file. */
export interface WeightFiles {
  /** An absolute path. */
  readonly folder: string;
  /** The names in the model, relative to the folder. */
  readonly names: readonly string[];
  readonly bytes: number;
}

/**
 * Finds the files that a model names for its weights; undefined if all weights are in the model's own file.
 *
 * @param folder the folder of the model's file
 * @throws {ModelRefusedError} if a file is missing or too short, or is outside the folder
 */
export async function findWeightFiles(
  folder: string,
  { model }: Graph,
): Promise<WeightFiles | undefined> {
  const ends = new Map<string, number>();
  for (const tensor of externalTensors(model)) {
    const { location, offset, length = 0 } = externalDataOf(tensor);
    ends.set(location, Math.max(ends.get(location) ?? 0, offset + length));
  }
  if (ends.size === 0) return undefined;
  const root = await realpath(folder);
  let bytes = 0;
  for (const [name, end] of ends) {
    const size = await sizeInside(root, name);
    if (size < end) throw await tooShort(root, name, size, end);
    bytes += size;
  }
  return { folder: root, names: [...ends.keys()], bytes };
}

async function tooShort(root: string, name: string, size: number, end: number) {
  // What is downloaded in the place of a file is small.
  const foreign = size < MAX_FOREIGN_BYTES && foreignFile(await readFile(join(root, name)));
  const text = foreign
    ? `is ${foreign}`
    : `has ${size} bytes, but ${end} are needed; copy or download it again`;
  return new ModelRefusedError(`the file of its weights, "${name}", ${text}`);
}

async function sizeInside(root: string, name: string): Promise<number> {
  // The runtime reads a name that starts with a star as an address in its own memory.
  const isPlain = /^[^*]/.test(name) && !isAbsolute(name) && !name.split(/[\\/]/).includes('..');
  if (!isPlain) throw leaves(name);
  const real = await realpath(join(root, name)).catch(() => undefined);
  const found = real === undefined ? undefined : await stat(real);
  if (real === undefined || !found?.isFile()) {
    throw new ModelRefusedError(
      `its weights are in another file, "${name}", which is missing; copy it into the model's folder under this name`,
    );
  }
  const inside = relative(root, real);
  if (inside.split(sep)[0] === '..' || isAbsolute(inside)) {
    throw leaves(
      name,
      'leads by a symbolic link',
      'put a copy of the file in the place of the link',
    );
  }
  return found.size;
}

function leaves(
  name: string,
  how = 'is',
  wayOut = 'copy the file itself into the folder, and save the model with the plain file name',
): ModelRefusedError {
  return new ModelRefusedError(
    `the file of its weights, "${name}", ${how} outside the model's folder, and weights are read only from there; ${wayOut}`,
  );
}

/** SHA-256 of a graph and of the files that hold its weights. */
export async function modelSha256(
  graph: Uint8Array,
  weights: WeightFiles | undefined,
): Promise<string> {
  const hash = createHash('sha256').update(graph);
  for (const name of weights?.names ?? []) {
    for await (const chunk of createReadStream(join(weights?.folder ?? '', name))) {
      hash.update(chunk as Buffer);
    }
  }
  return hash.digest('hex');
}
