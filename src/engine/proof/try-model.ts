import {
  type ClassifierFacts,
  FixedBatchError,
  ModelRefusedError,
  makeBatchDynamic,
  type RewriteSpec,
  readGraph,
  rewriteClassifier,
} from '../graph/index.js';
import { Lane } from '../lane/lane.js';
import { type Scores, ScoresNotFiniteError } from '../lane/scores.js';
import type { BatchFinding } from '../model/batch-finding.js';
import { plainReason } from '../plain-reason.js';
import { unknownOperator } from '../unknown-operator.js';
import { BatchProof, PROOF_BATCH_SIZE } from './batch-proof.js';
import { seededImages } from './seeded-images.js';

/** Number of images that run alone; those with the most different answers make the batch. */
const IMAGES = 12;

/** A model as it is in its file. */
export interface TrialModel {
  readonly bytes: Uint8Array;
  /** The folder of the files that hold its weights. */
  readonly weightsFolder?: string | undefined;
  readonly facts: ClassifierFacts;
  readonly spec: RewriteSpec & { readonly classes: number };
}

/** The results of a trial of a model. */
export interface Trial {
  readonly batch: BatchFinding;
  /** Raw scores of every class of single images, best first; none if the CPU cannot run the model. */
  readonly answers: readonly Scores[];
}

/**
 * An image's answer depends on the other images of its batch, and the graph does not run without any. The message is a
 * part of a sentence.
 */
export class MixedBatchError extends Error {
  override readonly name = 'MixedBatchError';
}

/**
 * On the CPU, runs images one by one through a model's graph, and then as one batch. If the batch is fixed at 1, or
 * dynamic in name only, the batch runs through the graph that `makeBatchDynamic` makes.
 *
 * @throws {MixedBatchError}
 * @throws {ModelRefusedError} if no provider has one of its operators
 */
export async function tryModel(model: TrialModel): Promise<Trial> {
  const { fixedBatch } = model.facts;
  const fixed = fixedBatch === undefined ? {} : ({ size: fixedBatch, why: 'fixed' } as const);
  const images = seededImages(IMAGES, model.spec.width, model.spec.height);
  const first = await onLane(model, model.bytes, fixedBatch ?? 1, async (lane) => {
    const answers = await runAlone(lane, images, fixedBatch ?? 1);
    const proof = new BatchProof(answers);
    // The single runs are already batches of this size.
    const fault = fixedBatch === 1 ? undefined : await faultOf(proof, lane, fixedBatch);
    return { answers: answers.map(({ scores }) => scores), proof, fault };
  }).catch((error: unknown) => {
    const refusal = unknownOperator(String(error));
    if (refusal !== undefined) throw new ModelRefusedError(refusal, { cause: error });
    return plainReason(error, fixedBatch ?? 1);
  });
  if (typeof first === 'string') {
    return { batch: { ...fixed, isOpened: false, seen: `not tested: ${first}` }, answers: [] };
  }
  const { answers, proof, fault } = first;
  if (fixedBatch !== 1 && fault === undefined) {
    return { answers, batch: { ...fixed, isOpened: false, seen: sameScores(proof, fixedBatch) } };
  }
  if (fixedBatch !== undefined && fault !== undefined) throw new MixedBatchError(fault.text);
  const stuck = await open(model, proof);
  if (stuck === undefined) return { answers, batch: { isOpened: true, seen: sameScores(proof) } };
  const isMixed = fault ? fault.isMixed : stuck.isMixed && quantisesDynamically(model);
  const why = isMixed ? 'neighbours' : fault ? 'dynamic in name only' : 'fixed';
  return { answers, batch: { size: 1, why, isOpened: false, seen: (fault ?? stuck).text } };
}

/** @returns why the batch cannot be made dynamic; undefined if it can be */
async function open(model: TrialModel, proof: BatchProof): Promise<Fault | undefined> {
  const stuck = (text: string) => ({ isMixed: false, text });
  if (!proof.canTell)
    return stuck('it gives the same answer to every test image, so a batch proves nothing');
  try {
    const opened = makeBatchDynamic(model.bytes, model.spec);
    if (opened === model.bytes) return stuck('there is nothing to change');
    return await onLane(model, opened, 1, (lane) => faultOf(proof, lane));
  } catch (error) {
    if (error instanceof FixedBatchError) return stuck(error.message);
    throw error;
  }
}

/** Takes the scale from all images of a batch, so that no export can make its answers independent of each other. */
function quantisesDynamically({ bytes }: TrialModel): boolean {
  return readGraph(bytes).graph.node.some(({ opType }) => opType === 'DynamicQuantizeLinear');
}

interface Fault {
  /** Whether there is an answer for each image, and images influence each other's. */
  readonly isMixed: boolean;
  readonly text: string;
}

async function faultOf(
  proof: BatchProof,
  lane: Lane,
  size = PROOF_BATCH_SIZE,
): Promise<Fault | undefined> {
  try {
    const { isSame, largestDifference } = await proof.hold(lane, size);
    if (isSame || !proof.canTell) return undefined;
    const isMixed = !Number.isNaN(largestDifference);
    const text = isMixed
      ? `a batch of ${size} gives different scores from single runs, by up to ${largestDifference.toPrecision(2)}`
      : `a batch of ${size} has no answer for some of its images`;
    return { isMixed, text };
  } catch (error) {
    return { isMixed: false, text: `a batch of ${size} fails${nodeOf(error)}` };
  }
}

function sameScores(proof: BatchProof, size = PROOF_BATCH_SIZE): string {
  return proof.canTell
    ? `a batch of ${size} gives the same scores as single runs`
    : 'the same for every test image, which is suspicious';
}

/** The node that failed, if the runtime's message names it. */
function nodeOf(error: unknown): string {
  const [, opType, name] = /running (\w+) node\. Name:'([^']*)'/.exec(String(error)) ?? [];
  return opType === undefined ? '' : ` at its ${opType} node "${name}"`;
}

/** The images and their answers, without those whose scores are not numbers. */
async function runAlone(lane: Lane, images: readonly Uint8Array[], batchSize: number) {
  const answers: { image: Uint8Array; scores: Scores }[] = [];
  for (const image of images) {
    // If the batch size is fixed, copies of the image fill the batch.
    const [scores] = await lane.run(Array<Uint8Array>(batchSize).fill(image), batchSize);
    if (scores && !(scores instanceof ScoresNotFiniteError)) answers.push({ image, scores });
  }
  return answers;
}

/** Opens a lane that gives raw scores: after a softmax, differences between confident answers would vanish. */
async function onLane<T>(
  { spec, weightsFolder }: TrialModel,
  bytes: Uint8Array,
  batchSize: number,
  work: (lane: Lane) => Promise<T>,
): Promise<T> {
  const graph = rewriteClassifier(bytes, { ...spec, output: 'probabilities', topK: spec.classes });
  const { width, height, classes } = spec;
  const model = {
    manifest: { input: { width, height } },
    labels: { length: classes },
    imageBytes: width * height * 3,
    topK: classes,
  };
  const source = { provider: 'cpu', model: graph, weightsFolder, allowCpuNodes: true } as const;
  // An empty curve means that nothing is measured.
  const lane = await Lane.open(
    model,
    source,
    { maxBatchSize: batchSize, allowedBatchSizes: [batchSize] },
    [],
  );
  try {
    return await work(lane);
  } finally {
    await lane.close();
  }
}
