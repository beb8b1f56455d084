import type { LaneSizes } from './lane.js';
import { curveBatchSizes } from './measure-curve.js';
import type { Provider } from './provider.js';

/**
 * The sizes in which batches run; empty for every size. CUDA looks for the fastest convolutions anew for each size that
 * it has not seen, which holds a lane up by half a second (ResNet-50): there batches run in the sizes of the curve, which
 * the warm-up has seen, unless the operator has named others.
 */
export function runSizes(
  provider: Provider,
  { maxBatchSize, allowedBatchSizes }: LaneSizes,
): readonly number[] {
  return provider === 'cuda' ? curveBatchSizes(maxBatchSize, allowedBatchSizes) : allowedBatchSizes;
}
