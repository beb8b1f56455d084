import { curveBatchSizes } from './measure-curve.js';

interface Sizes {
  readonly maxBatchSize: number;
  /** Rising; empty allows every size. */
  readonly allowedBatchSizes: readonly number[];
}

/**
 * The limits with the sizes in which batches run on a provider. CUDA cannot change between sizes quickly, so there a lane
 * has a session for each size of the curve (open-sessions.ts), unless the operator has named others, and batches are padded.
 */
export function withRunSizes<L extends Sizes>(
  provider: string,
  limits: L,
): Omit<L, 'allowedBatchSizes'> & { allowedBatchSizes: number[] } {
  const { maxBatchSize, allowedBatchSizes } = limits;
  const sizes =
    provider === 'cuda' ? curveBatchSizes(maxBatchSize, allowedBatchSizes) : allowedBatchSizes;
  return { ...limits, allowedBatchSizes: [...sizes] };
}
