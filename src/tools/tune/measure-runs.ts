import type { Lane } from '../../engine/index.js';
import type { MeasuredRuns } from './lane-times.js';

/** Pause between runs. Sizes take turns, so that a disturbance affects all of them. */
const PAUSE_MS = 1;

/** Measures batches of each size as the batcher sees them: copying, the way between the threads, and the run. */
export async function measureRuns(
  lane: Lane,
  batchSizes: readonly number[],
  images: readonly Uint8Array[],
  forMs: number,
): Promise<MeasuredRuns[]> {
  const measured = batchSizes.map((batchSize) => ({ batchSize, runsMs: [] as number[] }));
  const endMs = performance.now() + forMs;
  for (let first = 0; performance.now() < endMs; first++) {
    for (const { batchSize, runsMs } of measured) {
      const batch = Array.from(
        { length: batchSize },
        (_, i) => images[(first + i) % images.length] as Uint8Array,
      );
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const startedMs = performance.now();
      await lane.run(batch, batchSize);
      runsMs.push(performance.now() - startedMs);
    }
  }
  for (const { runsMs } of measured) runsMs.sort((a, b) => a - b);
  return measured;
}
