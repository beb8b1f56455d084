import { curveBatchSizes } from './measure-curve.js';

interface Sizes {
  readonly maxBatchSize: number;
  /** In ascending order; empty allows every size. */
  readonly allowedBatchSizes: readonly number[];
}

/**
 * The limits, with the sizes in which batches run on a provider. A model with a fixed batch size runs only batches of
 * that size, which are padded. CUDA cannot switch between sizes quickly, so a lane has one session per size of the curve
 * there (open-sessions.ts), or per size that the operator allows; batches are padded.
 *
 * @param fixedSize the model's batch size; undefined if every size is possible
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
