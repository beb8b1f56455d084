import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { Tensor } from 'onnxruntime-node';
import { CONFIDENCE, IMAGE, LABEL_INDEX, SCORES } from '../graph/index.js';
import { findCpuNodes } from './find-cpu-nodes.js';
import type { LaneReply, LaneRequest, LaneWorkerData, MeasuredBatch } from './lane-messages.js';
import { measureCurve } from './measure-curve.js';
import type { OpenSession } from './open-session.js';
import { openSessions, type Sessions } from './open-sessions.js';

// The thread of one lane. session.run() blocks its thread for the whole batch, so each lane has its own thread.

const port = parentPort as MessagePort;
const { source, height, width, batchSizes, curve: known } = workerData as LaneWorkerData;
const imageBytes = height * width * 3;

async function run(
  session: OpenSession,
  buffer: ArrayBuffer,
  batchSize: number,
  allScores = false,
) {
  const pixels = new Uint8Array(buffer, 0, batchSize * imageBytes);
  const image = new Tensor('uint8', pixels, [batchSize, height, width, 3]);
  const outputs = await session.run({ [IMAGE]: image }, allScores);
  return {
    confidence: outputs[CONFIDENCE]?.data as Float32Array,
    labelIndex: outputs[LABEL_INDEX]?.data as Int32Array,
    ...(allScores ? { scores: outputs[SCORES]?.data as Float32Array } : {}),
  };
}

/** Runs the largest batch first, which allocates all memory at once. */
async function warmUp(sessions: Sessions): Promise<readonly MeasuredBatch[]> {
  const largest = batchSizes.at(-1) ?? 1;
  const black = new ArrayBuffer(largest * imageBytes);
  const runBlack = (batchSize: number) => run(sessions(batchSize), black, batchSize);
  if (!known) {
    const measuring = (share: number) => reply({ kind: 'measuring', share });
    return await measureCurve(batchSizes, runBlack, measuring);
  }
  // On CUDA each session runs only one size; on the other providers, these two sizes cover all others.
  const sizes =
    source.provider === 'cuda' ? batchSizes.toReversed() : [largest, batchSizes[0] ?? 1];
  for (const batchSize of sizes) await runBlack(batchSize);
  return known;
}

function reply(message: LaneReply, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<void> {
  const startedMs = performance.now();
  const mayFallBack = source.allowCpuNodes && source.provider !== 'cpu';
  const cpuNodes = mayFallBack ? await findCpuNodes(source, width, height, batchSizes[0]) : [];
  const sessions = await openSessions(source, batchSizes);
  const curve = await warmUp(sessions);
  port.on('message', async (request: LaneRequest) => {
    if (request.kind === 'warmUp') {
      try {
        const smallest = batchSizes[0] ?? 1;
        await run(sessions(smallest), new ArrayBuffer(smallest * imageBytes), smallest);
        reply({ kind: 'warm' });
      } catch (error) {
        reply({ kind: 'failed', message: messageOf(error) });
      }
      return;
    }
    const { buffer, batchSize, allScores } = request;
    try {
      const outputs = await run(sessions(batchSize), buffer, batchSize, allScores);
      reply({ kind: 'done', buffer, ...outputs }, [buffer]);
    } catch (error) {
      reply({ kind: 'failed', buffer, message: messageOf(error) }, [buffer]);
    }
  });
  reply({ kind: 'ready', warmUpMs: performance.now() - startedMs, curve, cpuNodes });
}

main().catch((error: unknown) => reply({ kind: 'refused', message: messageOf(error) }));
