import {
  type ClassifierFacts,
  FixedBatchError,
  makeBatchDynamic,
  ModelRefusedError,
  type RewriteSpec,
  rewriteClassifier,
} from '../graph/index.js';
import { Lane, type Scores, ScoresNotFiniteError } from '../lane/lane.js';
import { plainReason } from '../plain-reason.js';
import { unknownOperator } from '../unknown-operator.js';
import { BatchProof, PROOF_BATCH_SIZE } from './batch-proof.js';
import { seededImages } from './compare-lanes.js';

/** Images that are run alone; the most unlike of them make the batch. */
const IMAGES = 12;

/** A model as its file has it. */
export interface TrialModel {
  readonly bytes: Uint8Array;
  /** Where the files lie that hold its weights. */
  readonly weightsFolder?: string | undefined;
  readonly facts: ClassifierFacts;
  readonly spec: RewriteSpec & { readonly classes: number };
}

/** How a model takes batches. */
export interface BatchFinding {
  /** Images that every run must have; undefined if any number will do. */
  readonly size?: number;
  /** Why every run must have `size` images. */
  readonly why?: 'fixed' | 'open in name only' | 'neighbours';
  /** The graph was for one image, and was changed to take any number. */
  readonly isOpened: boolean;
  /** What was seen of a batch, a part of a sentence. */
  readonly seen: string;
}

/** What a trial of a model has shown. */
export interface Trial {
  readonly batch: BatchFinding;
  /** Bare scores of every class of single images, best first; none where the CPU cannot run the model. */
  readonly answers: readonly Scores[];
}

/** An image's answer depends on its neighbours, and cannot be had without any; the message is a part of a sentence. */
export class MixedBatchError extends Error {
  override readonly name = 'MixedBatchError';
}

/**
 * Runs, on the CPU, images one by one through a model's graph, and then as one batch; if its batch is fixed at 1, or open
 * in name only, through the graph that was opened.
 *
 * @throws {MixedBatchError}
 * @throws {ModelRefusedError} when no provider has one of its operators
 */
export async function tryModel(model: TrialModel): Promise<Trial> {
  const { fixedBatch } = model.facts;
  const fixed = fixedBatch === undefined ? {} : ({ size: fixedBatch, why: 'fixed' } as const);
  const images = seededImages(IMAGES, model.spec.width, model.spec.height);
  const first = await onLane(model, model.bytes, fixedBatch ?? 1, async (lane) => {
    const answers = await runAlone(lane, images, fixedBatch ?? 1);
    const proof = new BatchProof(answers);
    // A batch of one has been seen.
    const fault = fixedBatch === 1 ? undefined : await faultOf(proof, lane, fixedBatch);
    return { answers: answers.map(({ scores }) => scores), proof, fault };
  }).catch((error: unknown) => {
    const refusal = unknownOperator(String(error));
    if (refusal !== undefined) throw new ModelRefusedError(refusal, { cause: error });
    return plainReason(error, fixedBatch ?? 1);
  });
  if (typeof first === 'string') {
    return { batch: { ...fixed, isOpened: false, seen: `not tried: ${first}` }, answers: [] };
  }
  const { answers, proof, fault } = first;
  if (fixedBatch !== 1 && fault === undefined) {
    return { answers, batch: { ...fixed, isOpened: false, seen: sameScores(proof, fixedBatch) } };
  }
  if (fixedBatch !== undefined && fault !== undefined) throw new MixedBatchError(fault.text);
  const stuck = await open(model, proof);
  if (stuck === undefined) return { answers, batch: { isOpened: true, seen: sameScores(proof) } };
  const why = fault?.isMixed ? 'neighbours' : fault ? 'open in name only' : 'fixed';
  return { answers, batch: { size: 1, why, isOpened: false, seen: fault?.text ?? stuck } };
}

/** @returns why the graph cannot be opened; undefined if it can be */
async function open(model: TrialModel, proof: BatchProof): Promise<string | undefined> {
  if (!proof.canTell)
    return 'it answers the same to every test image, so that a batch proves nothing';
  try {
    const opened = makeBatchDynamic(model.bytes, model.spec);
    if (opened === model.bytes) return 'there is nothing to open';
    return (await onLane(model, opened, 1, (lane) => faultOf(proof, lane)))?.text;
  } catch (error) {
    if (error instanceof FixedBatchError) return error.message;
    throw error;
  }
}

interface Fault {
  /** Whether there are answers, and images change each other's. */
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
      ? `a batch of ${size} gives other scores than single runs, by up to ${largestDifference.toPrecision(2)}`
      : `a batch of ${size} has no answer for some of its images`;
    return { isMixed, text };
  } catch (error) {
    return { isMixed: false, text: `a batch of ${size} fails${nodeOf(error)}` };
  }
}

function sameScores(proof: BatchProof, size = PROOF_BATCH_SIZE): string {
  return proof.canTell
    ? `a batch of ${size} gives the same scores as single runs`
    : 'the same to every test image, which is suspicious';
}

/** Which node failed, if the runtime says so. */
function nodeOf(error: unknown): string {
  const [, opType, name] = /running (\w+) node\. Name:'([^']*)'/.exec(String(error)) ?? [];
  return opType === undefined ? '' : ` at its ${opType} node "${name}"`;
}

/** Images with their answers, without those whose scores are not numbers. */
async function runAlone(lane: Lane, images: readonly Uint8Array[], batchSize: number) {
  const answers: { image: Uint8Array; scores: Scores }[] = [];
  for (const image of images) {
    // A batch of a fixed size is filled with the image itself.
    const [scores] = await lane.run(Array<Uint8Array>(batchSize).fill(image), batchSize);
    if (scores && !(scores instanceof ScoresNotFiniteError)) answers.push({ image, scores });
  }
  return answers;
}

/** Bare scores of every class: a softmax would hide what they differ in where it is sure. */
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
    imageBytes: width * height * 3,
    topK: classes,
  };
  const source = { provider: 'cpu', model: graph, weightsFolder, allowCpuNodes: true } as const;
  // An empty curve: nothing is measured.
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
