import type { MeasuredBatch } from './lane-messages.js';

/** Runs of one batch size: the first pays for memory; more while they are quick, since others use the machine too. */
const MIN_RUNS = 3;
const MAX_RUNS = 10;
const QUICK_MS = 50;

/** Batch sizes from which the latency curve is drawn: the allowed ones, or powers of two and the largest. */
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
 * Milliseconds of a batch of each size: the fastest of a few runs, since noise only adds. The largest goes first:
 * it sizes the memory arena once for all.
 *
 * @param batchSizes rising
 * @param progress told after each run which share of the images, 0 to 1, is done
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
