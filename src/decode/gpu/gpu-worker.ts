import { type MessagePort, parentPort } from 'node:worker_threads';
import { openCuda, openJpegUnits } from '../../native/index.js';
import type { GpuReply, GpuRequest, GpuResult } from './gpu-messages.js';
import { runTrial } from './trial.js';
import { UnitDecoder } from './unit-decoder.js';

// A GPU decoder thread. It decodes one batch at a time.

const port = parentPort as MessagePort;

async function start(): Promise<void> {
  try {
    const units = new UnitDecoder(openCuda(), openJpegUnits());
    await runTrial(units);
    port.on('message', (request: GpuRequest) => void answer(units, request));
    send({ kind: 'ready' });
  } catch (error) {
    send({ kind: 'failed', message: messageOf(error), results: [] });
  }
}

async function answer(units: UnitDecoder, request: GpuRequest): Promise<void> {
  const jobs = request.kind === 'decode' ? request.jobs : [];
  try {
    if (request.kind === 'warmUp') await runTrial(units);
    const refusals = units.decode(jobs);
    const results = jobs.map(({ bytes, pixels }, i): GpuResult => {
      const refusal = refusals[i];
      return refusal ? { bytes, pixels, refusal: refusal.message } : { bytes, pixels };
    });
    send({ kind: 'done', results });
  } catch (error) {
    const results = jobs.map(({ bytes, pixels }) => ({ bytes, pixels }));
    send({ kind: 'failed', message: messageOf(error), results });
  }
}

function send(reply: GpuReply): void {
  const results = 'results' in reply ? reply.results : [];
  const buffers = results.flatMap(({ bytes, pixels }) => [bytes.buffer, pixels.buffer]);
  port.postMessage(reply, buffers as ArrayBuffer[]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

await start();
