import { join } from 'node:path';
import {
  type ClassifierFacts,
  type Graph,
  inspectClassifier,
  lastActivation,
  ModelRefusedError,
  makeBatchDynamic,
  readGraph,
  rewriteClassifier,
} from '../graph/index.js';
import { batchWarning } from '../proof/batch-warning.js';
import { checkScores } from '../proof/check-scores.js';
import { MixedBatchError, type TrialModel, tryModel } from '../proof/try-model.js';
import type { BatchFinding } from './batch-finding.js';
import { checkManifest } from './check-manifest.js';
import type { Model } from './model.js';
import type { ModelManifest } from './model-manifest.js';
import { readLabels } from './read-labels.js';
import { readManifest } from './read-manifest.js';
import { readModelFile } from './read-model-file.js';
import { findWeightFiles } from './weight-files.js';

/** Number of scores kept per image, best first; models with fewer classes keep all. */
const MAX_TOP_K = 100;

export interface ReadOptions {
  /** Called with each line that an operator should know. */
  readonly say?: (line: string) => void;
  /** What another process found out about this model, which is then not tested again. */
  readonly batch?: BatchFinding | undefined;
}

/**
 * Reads `model.json`, `model.onnx` and the labels of a folder, tests on the CPU how the model takes batches and whether
 * its scores are what model.json says, and rewrites the graph.
 *
 * @throws {ModelRefusedError} with one sentence that names the file and says what to change
 */
export async function readModelFolder(
  folder: string,
  { say = () => {}, batch: known }: ReadOptions = {},
): Promise<Model> {
  const manifest = await readManifest(folder);
  const bytes = await readModelFile(folder, 'model.onnx');
  const path = join(folder, 'model.onnx');
  const graph = await naming(path, async () => readGraph(bytes));
  const { labels, source } = await readLabels(folder, graph);
  const { input, output, outputName } = manifest;
  const { width, height, channelOrder, mean, std } = input;
  const classes = labels.length;
  const topK = Math.min(MAX_TOP_K, classes);
  const pixels = { width, height, channelOrder, mean, std };
  const spec = { ...pixels, output, outputName, topK, classes };
  return await naming(path, async () => {
    const weights = await findWeightFiles(folder, graph);
    const facts = inspectClassifier(graph, spec);
    checkLabels(labels, source, facts);
    const warn = (warning: string | undefined) => warning && say(`${path}: ${warning}`);
    if (source !== 'labels.txt') warn(`there is no labels.txt; the labels are the ${source}`);
    warn(otherOutputs(manifest, facts));
    warn(checkManifest(manifest, facts, graph));
    // Refuses a model that does not fit before it is tested.
    const asItIs = rewriteClassifier(bytes, spec);
    const batch =
      known ??
      (await findBatch({ bytes, weightsFolder: weights?.folder, facts, spec }, graph, warn));
    const rewritten = batch.isOpened
      ? rewriteClassifier(makeBatchDynamic(bytes, spec), spec)
      : asItIs;
    const imageBytes = width * height * 3;
    return { manifest, labels, graph: rewritten, weights, topK, imageBytes, batch };
  });
}

async function findBatch(
  model: TrialModel,
  graph: Graph,
  warn: (warning: string | undefined) => void,
): Promise<BatchFinding> {
  const { facts, spec } = model;
  const { batch, answers } = await tryModel(model).catch((error: unknown) => {
    if (!(error instanceof MixedBatchError)) throw error;
    throw new ModelRefusedError(
      `an image's answer depends on the other images of its batch (${error.message}), and the batch is fixed, so no image can run alone; export the model with a dynamic batch dimension`,
      { cause: error },
    );
  });
  warn(checkScores(answers, { ...spec, activation: lastActivation(graph, facts.outputName) }));
  warn(batchWarning(batch, facts));
  return batch;
}

function checkLabels(
  labels: readonly string[],
  source: string,
  { classes }: ClassifierFacts,
): void {
  if (classes === undefined || classes === labels.length) return;
  throw new ModelRefusedError(
    source === 'labels.txt'
      ? `labels.txt has ${labels.length} labels but the model has ${classes} classes; write one line for each class`
      : `the ${source} give ${labels.length} labels but the model has ${classes} classes; write a labels.txt with one line for each class`,
  );
}

function otherOutputs({ outputName }: ModelManifest, facts: ClassifierFacts): string | undefined {
  if (outputName !== undefined || facts.otherOutputs === 0) return undefined;
  return `"${facts.outputName}" is the only one of its ${facts.otherOutputs + 1} outputs that can hold the scores; to use another, set outputName in model.json`;
}

/** Puts the file's path in front of the message of a refusal. */
async function naming<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ModelRefusedError)) throw error;
    throw new ModelRefusedError(`${path}: ${error.message}`, { cause: error });
  }
}
