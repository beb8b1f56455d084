import type { MeasuredBatch } from './lane-messages.js';

/** Runs per batch size. The first allocates memory; quick sizes run more often, because other programs cause noise. */
const MIN_RUNS = 3;
const MAX_RUNS = 10;
const QUICK_MS = 50;

/** Batch sizes at which the latency curve is measured: the allowed sizes, or powers of two and the largest size. */
export function curveBatchSizes(
  maxBatchSize: number,
  allowedBatchSizes: readonly number[],
): number[] {
  if (allowedBatchSizes.length > 0) return [...allowedBatchSizes];
  const sizes = [];
  for (let size = 1; size < maxBatchSize; size *= 2) sizes.push(size);
  return [...sizes, maxBatchSize];
}

/**
 * Milliseconds of a batch of each size: the fastest of a few runs, because noise only makes runs slower. The largest
 * size runs first, which allocates the memory arena once for all sizes.
 *
 * @param batchSizes in ascending order
 * @param progress called after each run with the share of the images, 0 to 1, that is done
 */
export async function measureCurve(
  batchSizes: readonly number[],
  run: (batchSize: number) => Promise<unknown>,
  progress: (share: number) => void = () => {},
): Promise<MeasuredBatch[]> {
  const curve: MeasuredBatch[] = [];
  const images = batchSizes.reduce((sum, batchSize) => sum + batchSize, 0);
  let imagesDone = 0;
  for (const batchSize of batchSizes.toReversed()) {
    let fastestMs = Number.POSITIVE_INFINITY;
    let spentMs = 0;
    for (let i = 0; i < MAX_RUNS && (i < MIN_RUNS || spentMs < QUICK_MS); i++) {
      const startedMs = performance.now();
      await run(batchSize);
      const ms = performance.now() - startedMs;
      spentMs += ms;
      fastestMs = Math.min(fastestMs, ms);
      progress((imagesDone + batchSize * Math.min(1, (i + 1) / MIN_RUNS)) / images);
    }
    imagesDone += batchSize;
    curve.unshift({ batchSize, ms: fastestMs });
  }
  return curve;
}
