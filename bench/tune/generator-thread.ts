import { parentPort, workerData } from 'node:worker_threads';

// Signals each image's arrival. It runs in its own thread, so that neither the batcher's thread nor Node's timers,
// which count whole milliseconds, make an arrival late.

const { timesMs, startAt } = workerData as { timesMs: readonly number[]; startAt: number };
const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
const now = () => performance.timeOrigin + performance.now();

let latestMs = 0;
for (const ms of timesMs) {
  const aheadMs = startAt + ms - now();
  if (aheadMs > 0) Atomics.wait(nobodyWakes, 0, 0, aheadMs);
  parentPort?.postMessage({ kind: 'image' });
  latestMs = Math.max(latestMs, now() - startAt - ms);
}
parentPort?.postMessage({ kind: 'end', latestMs });
