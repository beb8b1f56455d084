import { parentPort, workerData } from 'node:worker_threads';
import { Tensor } from 'onnxruntime-node';
import { IMAGE } from '../src/engine/graph/index.js';
import type { SessionSource } from '../src/engine/index.js';
import { openSession } from '../src/engine/lane/open-session.js';

// A thread that runs one session at full speed, batch after batch, with nothing around it: the ceiling of a lane.

export interface SessionAloneData {
  readonly source: SessionSource;
  readonly width: number;
  readonly height: number;
}

/** From the main thread: run batches of this size until `untilMs` on the clock performance.timeOrigin + now. */
export interface SessionAloneJob {
  readonly batchSize: number;
  readonly seconds: number;
}

const { source, width, height } = workerData as SessionAloneData;
const session = await openSession(source);

parentPort?.on('message', async ({ batchSize, seconds }: SessionAloneJob) => {
  const pixels = new Uint8Array(batchSize * height * width * 3);
  const feeds = { [IMAGE]: new Tensor('uint8', pixels, [batchSize, height, width, 3]) };
  try {
    // The device raises its clock under load.
    const warmUntilMs = performance.now() + 500;
    while (performance.now() < warmUntilMs) await session.run(feeds);
    const startedMs = performance.now();
    let images = 0;
    while (performance.now() - startedMs < seconds * 1000) {
      await session.run(feeds);
      images += batchSize;
    }
    parentPort?.postMessage((1000 * images) / (performance.now() - startedMs));
  } catch (error) {
    parentPort?.postMessage(String((error as Error).message).split('\n')[0]);
  }
});
parentPort?.postMessage('open');
