import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  inspectClassifier,
  ModelRefusedError,
  makeBatchDynamic,
  readGraph,
  rewriteClassifier,
} from '../graph/index.js';
import { PROOF_BATCH_SIZE } from '../proof/batch-proof.js';
import { proveDynamicBatch } from '../proof/prove-dynamic-batch.js';
import type { Model } from './model.js';
import { type ModelManifest, modelManifest } from './model-manifest.js';

/** Number of scores kept per image, best first; models with fewer classes keep all. */
const MAX_TOP_K = 100;

/**
 * Reads `model.json`, `labels.txt` and `model.onnx` of a folder and rewrites the graph. If the batch is fixed at 1, it
 * is made dynamic, and the result is tested on the CPU.
 *
 * @param say called when the batch was made dynamic
 * @throws {ModelRefusedError} with one sentence that names the file and says what to change
 */
export async function readModelFolder(
  folder: string,
  say: (line: string) => void = () => {},
): Promise<Model> {
  const manifest = parseManifest(await readModelFile(folder, 'model.json'), folder);
  const labels = parseLabels(await readModelFile(folder, 'labels.txt'));
  const bytes = await readModelFile(folder, 'model.onnx');
  const path = join(folder, 'model.onnx');
  const { classes, fixedBatch } = naming(path, () => inspectClassifier(readGraph(bytes)));
  if (classes !== undefined && classes !== labels.length) {
    throw new ModelRefusedError(
      `${join(folder, 'labels.txt')} has ${labels.length} labels but the model has ${classes} classes; write one line for each class`,
    );
  }
  if (labels.length === 0) {
    throw new ModelRefusedError(
      `${join(folder, 'labels.txt')} is empty; write one line for each class`,
    );
  }
  const { width, height, channelOrder, mean, std } = manifest.input;
  const topK = Math.min(MAX_TOP_K, labels.length);
  const spec = {
    width,
    height,
    channelOrder,
    mean,
    std,
    output: manifest.output,
    topK,
    classes: labels.length,
  };
  const open = fixedBatch === undefined ? bytes : naming(path, () => makeBatchDynamic(bytes));
  const graph = naming(path, () => rewriteClassifier(open, spec));
  const model = { manifest, labels, graph, topK, imageBytes: width * height * 3 };
  if (fixedBatch === undefined) return model;
  // Compare raw scores: after a softmax, differences between confident answers would vanish.
  const bare = { ...spec, output: 'probabilities' } as const;
  const before = rewriteClassifier(bytes, bare);
  const after = manifest.output === 'probabilities' ? graph : rewriteClassifier(open, bare);
  await proveDynamicBatch(model, before, after).catch((error: unknown) =>
    naming(path, () => {
      throw error;
    }),
  );
  say(
    `${path}: the batch was fixed at ${fixedBatch} and is now dynamic; a batch of ${PROOF_BATCH_SIZE} gives the same scores as single runs`,
  );
  return model;
}

/** Puts the file's path in front of the message of a refusal. */
function naming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ModelRefusedError)) throw error;
    throw new ModelRefusedError(`${path}: ${error.message}`, { cause: error });
  }
}

async function readModelFile(folder: string, name: string): Promise<Buffer> {
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

function parseManifest(bytes: Buffer, folder: string): ModelManifest {
  const path = join(folder, 'model.json');
  let json: unknown;
  try {
    json = JSON.parse(textOf(bytes));
  } catch (cause) {
    throw new ModelRefusedError(`${path} is not valid JSON`, { cause });
  }
  const result = modelManifest.safeParse(json);
  if (!result.success) {
    throw new ModelRefusedError(`${path}: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`);
  }
  return result.data;
}

/** One label per line; a final line break does not start another line, and CRLF counts as one line break. */
function parseLabels(bytes: Buffer): string[] {
  const lines = textOf(bytes).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** UTF-8 text without the byte order mark that some editors write. */
function textOf(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}
