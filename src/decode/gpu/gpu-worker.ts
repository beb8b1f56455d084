import { messageOf } from '../../message-of.js';
import { openCuda, openJpegUnits } from '../../native/index.js';
import { nameThread, serveThread } from '../../threads/index.js';
import type { GpuReply, GpuRequest, GpuResult } from './gpu-messages.js';
import { runTrial } from './trial.js';
import { UnitDecoder, type UnitJob } from './unit-decoder.js';

// A GPU decoder thread. It decodes one batch at a time.

function decode(units: UnitDecoder, jobs: readonly UnitJob[]): GpuReply {
  try {
    const refusals = units.decode(jobs);
    const results = jobs.map(({ bytes, pixels }, i): GpuResult => {
      const refusal = refusals[i];
      return refusal ? { bytes, pixels, refusal: refusal.message } : { bytes, pixels };
    });
    return { results };
  } catch (error) {
    const results = jobs.map(({ bytes, pixels }) => ({ bytes, pixels }));
    return { results, failure: messageOf(error) };
  }
}

nameThread('gpu-decode');
await serveThread<GpuRequest, GpuReply>(async () => {
  const units = new UnitDecoder(openCuda(), openJpegUnits());
  await runTrial(units);
  return {
    ready: undefined,
    async answer(request) {
      if (request === 'trial') {
        await runTrial(units);
        return { reply: { results: [] }, transfer: [] };
      }
      const reply = decode(units, request.jobs);
      const buffers = reply.results.flatMap(({ bytes, pixels }) => [bytes.buffer, pixels.buffer]);
      return { reply, transfer: buffers as ArrayBuffer[] };
    },
  };
});
