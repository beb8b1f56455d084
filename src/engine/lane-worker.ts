import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { CONFIDENCE, IMAGE, LABEL_INDEX } from './graph/index.js';
import type { LaneReply, LaneRequest, LaneWorkerData, MeasuredBatch } from './lane-messages.js';
import { measureCurve } from './measure-curve.js';

// The thread of one lane. session.run() stalls its thread for the whole batch, so it has one to itself.

const port = parentPort as MessagePort;
const { graph, height, width, batchSizes } = workerData as LaneWorkerData;
const imageBytes = height * width * 3;

async function open(): Promise<InferenceSession> {
  return await InferenceSession.create(graph, {
    executionProviders: ['cpu'],
    extra: { 'session.intra_op.allow_spinning': '0' },
  });
}

async function run(session: InferenceSession, buffer: ArrayBuffer, batchSize: number) {
  const pixels = new Uint8Array(buffer, 0, batchSize * imageBytes);
  const image = new Tensor('uint8', pixels, [batchSize, height, width, 3]);
  const outputs = await session.run({ [IMAGE]: image });
  return {
    confidence: outputs[CONFIDENCE]?.data as Float32Array,
    labelIndex: outputs[LABEL_INDEX]?.data as Int32Array,
  };
}

async function measure(session: InferenceSession): Promise<MeasuredBatch[]> {
  const black = new ArrayBuffer((batchSizes.at(-1) ?? 1) * imageBytes);
  return await measureCurve(batchSizes, (batchSize) => run(session, black, batchSize));
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
  const curve = await measure(session);
  port.on('message', async (request: LaneRequest) => {
    if (request.kind === 'warmUp') {
      try {
        await run(session, new ArrayBuffer(imageBytes), 1);
        reply({ kind: 'warm' });
      } catch (error) {
        reply({ kind: 'failed', message: messageOf(error) });
      }
      return;
    }
    const { buffer, batchSize } = request;
    try {
      const { confidence, labelIndex } = await run(session, buffer, batchSize);
      reply({ kind: 'done', buffer, confidence, labelIndex }, [buffer]);
    } catch (error) {
      reply({ kind: 'failed', buffer, message: messageOf(error) }, [buffer]);
    }
  });
  reply({ kind: 'ready', warmUpMs: performance.now() - startedMs, curve });
}

main().catch((error: unknown) => reply({ kind: 'refused', message: messageOf(error) }));
