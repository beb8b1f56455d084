import type { LaneSizes } from './lane.js';
import { curveBatchSizes } from './measure-curve.js';
import type { Provider } from './provider.js';

/**
 * The sizes in which batches run; empty for every size. CUDA cannot change between sizes quickly, so there a lane has a
 * session for each size of the curve (open-sessions.ts), unless the operator has named others, and batches are padded.
 */
export function runSizes(
  provider: Provider,
  { maxBatchSize, allowedBatchSizes }: LaneSizes,
): readonly number[] {
  return provider === 'cuda' ? curveBatchSizes(maxBatchSize, allowedBatchSizes) : allowedBatchSizes;
}
