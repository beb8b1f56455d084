import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { externalDataOf, externalTensors, type Graph, ModelRefusedError } from '../graph/index.js';

/** The files beside a model's own in which its weights lie. */
export interface WeightFiles {
  /** Absolute; what the runtime looks in. */
  readonly folder: string;
  /** As the model names them, relative to the folder. */
  readonly names: readonly string[];
  readonly bytes: number;
}

/**
 * Looks for the files that a model names for its weights; undefined where they are all in its own.
 *
 * @param folder of the model's file
 * @throws {ModelRefusedError} when one is missing or too short, or when its name leaves the folder
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
    if (size < end) {
      throw new ModelRefusedError(
        `the file with its weights, "${name}", has ${size} bytes where ${end} are needed; copy or download it again, as a whole (if it is a Git LFS pointer: git lfs pull)`,
      );
    }
    bytes += size;
  }
  return { folder: root, names: [...ends.keys()], bytes };
}

async function sizeInside(root: string, name: string): Promise<number> {
  // A star begins what the runtime takes for an address in its memory.
  const isPlain = /^[^*]/.test(name) && !isAbsolute(name) && !name.split(/[\\/]/).includes('..');
  if (!isPlain) throw leaves(name);
  const real = await realpath(join(root, name)).catch(() => undefined);
  const found = real === undefined ? undefined : await stat(real);
  if (real === undefined || !found?.isFile()) {
    throw new ModelRefusedError(
      `its weights are in another file, "${name}", which is missing; put it beside the model's own file, under that name`,
    );
  }
  const inside = relative(root, real);
  if (inside.split(sep)[0] === '..' || isAbsolute(inside)) throw leaves(name);
  return found.size;
}

function leaves(name: string): ModelRefusedError {
  return new ModelRefusedError(
    `the file that it names for its weights, "${name}", lies outside of the model's folder, from which alone weights are read; copy the file itself into the folder and save the model with its plain name`,
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
