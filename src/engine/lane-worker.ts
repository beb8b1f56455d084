import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { CONFIDENCE, IMAGE, LABEL_INDEX } from './graph/index.js';
import type { BatchMessage, LaneReply, LaneWorkerData } from './lane-messages.js';

// The thread of one lane. session.run() stalls its thread for the whole batch, so it has one to itself.

const port = parentPort as MessagePort;
const { graph, height, width, maxBatchSize } = workerData as LaneWorkerData;

async function open(): Promise<InferenceSession> {
  const session = await InferenceSession.create(graph, {
    executionProviders: ['cpu'],
    extra: { 'session.intra_op.allow_spinning': '0' },
  });
  // The largest batch first: it sizes the memory arena once for all.
  for (const count of [maxBatchSize, 1]) {
    await run(session, new ArrayBuffer(count * height * width * 3), count);
  }
  return session;
}

async function run(session: InferenceSession, buffer: ArrayBuffer, count: number) {
  const pixels = new Uint8Array(buffer, 0, count * height * width * 3);
  const image = new Tensor('uint8', pixels, [count, height, width, 3]);
  const outputs = await session.run({ [IMAGE]: image });
  return {
    confidence: outputs[CONFIDENCE]?.data as Float32Array,
    labelIndex: outputs[LABEL_INDEX]?.data as Int32Array,
  };
}

function reply(message: LaneReply, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<void> {
  const startedMs = performance.now();
  const session = await open();
  port.on('message', async ({ buffer, count }: BatchMessage) => {
    try {
      const { confidence, labelIndex } = await run(session, buffer, count);
      reply({ kind: 'done', buffer, confidence, labelIndex }, [buffer]);
    } catch (error) {
      reply({ kind: 'failed', buffer, message: messageOf(error) }, [buffer]);
    }
  });
  reply({ kind: 'ready', warmUpMs: performance.now() - startedMs });
}

main().catch((error: unknown) => reply({ kind: 'refused', message: messageOf(error) }));
