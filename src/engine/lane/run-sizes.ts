import { curveBatchSizes } from './measure-curve.js';

interface Sizes {
  readonly maxBatchSize: number;
  /** Rising; empty allows every size. */
  readonly allowedBatchSizes: readonly number[];
}

/**
 * The limits with the sizes in which batches run. A model whose batch is fixed runs batches of that size only, however
 * few images there are. CUDA cannot change between sizes quickly, so there a lane has a session for each size of the
 * curve (open-sessions.ts), unless the operator has named others, and batches are padded.
 *
 * @param fixedSize of the model's batch; undefined if it may have any
 */
export function withRunSizes<L extends Sizes>(
  provider: string,
  limits: L,
  fixedSize?: number,
): Omit<L, 'allowedBatchSizes'> & { allowedBatchSizes: number[] } {
  const { maxBatchSize, allowedBatchSizes } = limits;
  if (fixedSize !== undefined) {
    const most = Math.min(maxBatchSize, fixedSize);
    return { ...limits, maxBatchSize: most, allowedBatchSizes: [fixedSize] };
  }
  const sizes =
    provider === 'cuda' ? curveBatchSizes(maxBatchSize, allowedBatchSizes) : allowedBatchSizes;
  return { ...limits, allowedBatchSizes: [...sizes] };
}
