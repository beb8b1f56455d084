import { workerData } from 'node:worker_threads';
import { messageOf } from '../../message-of.js';
import { nameThread, serveThread } from '../../threads/index.js';
import { UndecodableImageError } from '../header/image-errors.js';
import { Resampler } from '../resample/resampler.js';
import { collectGarbage } from './collect-garbage.js';
import { decodeBytes } from './decode-bytes.js';
import { decodeImage } from './decode-image.js';
import type { DecodeJob, DecodeReply, DecodeWorkerData } from './decode-messages.js';
import { loadRasterDecoder } from './load-raster-decoder.js';
import { LARGE_BYTES } from './thread-queue.js';

// A decode thread. It decodes one image at a time.

const { decoder, background } = workerData as DecodeWorkerData;
const resampler = new Resampler();

async function decode({
  bytes,
  header,
  input,
  pixels,
}: DecodeJob): Promise<Pick<DecodeReply, 'outcome' | 'message'>> {
  try {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    await decodeImage(view, header, decoder, input, resampler, pixels, background);
    return { outcome: 'decoded' };
  } catch (error) {
    if (error instanceof UndecodableImageError) return { outcome: 'undecodable' };
    return { outcome: 'failed', message: messageOf(error) };
  }
}

nameThread('decode');
await serveThread<DecodeJob, DecodeReply>(async () => {
  // Fails now, not at the first photo, if the decoder is not available on this platform.
  await loadRasterDecoder(decoder, { format: 'jpeg' });
  return {
    ready: undefined,
    async answer(job) {
      const { bytes, pixels } = job;
      const reply = { bytes, pixels, ...(await decode(job)) };
      // The queue counts this memory as free from now on.
      if (decodeBytes(job.header, bytes.byteLength, decoder) >= LARGE_BYTES) {
        resampler.free();
        await collectGarbage();
      }
      return { reply, transfer: [bytes.buffer as ArrayBuffer, pixels.buffer as ArrayBuffer] };
    },
  };
});
