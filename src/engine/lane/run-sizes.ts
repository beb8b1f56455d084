import { curveBatchSizes } from './measure-curve.js';

interface Sizes {
  readonly maxBatchSize: number;
  /** In ascending order; empty allows every size. */
  readonly allowedBatchSizes: readonly number[];
}

/**
 * The limits, with the sizes in which batches run on a provider. CUDA cannot switch between sizes quickly, so a lane
 * has one session per size of the curve there (open-sessions.ts), or per size that the operator allows; batches are
 * padded.
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
