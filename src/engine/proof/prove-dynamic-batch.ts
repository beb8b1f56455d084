import { FIXED_BATCH_ADVICE, ModelRefusedError } from '../graph/index.js';
import { Lane } from '../lane/lane.js';
import type { Model } from '../model/model.js';
import { BatchProof, type BatchVerdict, PROOF_BATCH_SIZE } from './batch-proof.js';

/**
 * On the CPU, runs images one by one through a graph whose batch is fixed at 1, and as one batch through the graph that
 * was made dynamic.
 *
 * @param fixed the rewritten graph before the change
 * @param open  the rewritten graph with a dynamic batch
 * @throws {ModelRefusedError} unless both give the same answers
 */
export async function proveDynamicBatch(
  model: Model,
  fixed: Uint8Array,
  open: Uint8Array,
): Promise<void> {
  const { width, height } = model.manifest.input;
  const proof = await onLane(model, fixed, 1, (lane) => BatchProof.take(lane, width, height)).catch(
    (error: unknown) => {
      throw refusal(`it cannot run one image${nodeOf(error)}`, error);
    },
  );
  if (!proof.canTell) {
    throw refusal('it gives the same answer to every test image, so a batch proves nothing');
  }
  const verdict = await onLane(model, open, PROOF_BATCH_SIZE, (lane) => proof.hold(lane)).catch(
    (error: unknown): never => {
      throw refusal(`a batch of ${PROOF_BATCH_SIZE} fails${nodeOf(error)}`, error);
    },
  );
  if (!verdict.isSame) throw refusal(describe(verdict));
}

async function onLane<T>(
  model: Model,
  graph: Uint8Array,
  maxBatchSize: number,
  work: (lane: Lane) => Promise<T>,
): Promise<T> {
  const source = { provider: 'cpu', model: graph, allowCpuNodes: true } as const;
  const sizes = { maxBatchSize, allowedBatchSizes: [maxBatchSize] };
  // An empty curve means that nothing is measured.
  const lane = await Lane.open(model, source, sizes, []);
  try {
    return await work(lane);
  } finally {
    await lane.close();
  }
}

function describe({ largestDifference }: BatchVerdict): string {
  const many = PROOF_BATCH_SIZE;
  return Number.isNaN(largestDifference)
    ? `a batch of ${many} has no answer for some of its images`
    : `a batch of ${many} gives different scores from ${many} single runs, by up to ${largestDifference.toPrecision(2)}`;
}

/** The node that failed, if the runtime's message names it. */
function nodeOf(error: unknown): string {
  const [, opType, name] = /running (\w+) node\. Name:'([^']*)'/.exec(String(error)) ?? [];
  return opType === undefined ? '' : ` at its ${opType} node "${name}"`;
}

function refusal(what: string, cause?: unknown): ModelRefusedError {
  return new ModelRefusedError(
    `the batch of the model is fixed at 1 and cannot be made dynamic: ${what}; ${FIXED_BATCH_ADVICE}`,
    { cause },
  );
}
