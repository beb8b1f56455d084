import { workerData } from 'node:worker_threads';
import { serveThread } from '../../threads/index.js';
import { UndecodableImageError } from '../header/image-errors.js';
import { Resampler } from '../resample/resampler.js';
import { decodeImage } from './decode-image.js';
import type { DecodeJob, DecodeReply, DecodeWorkerData } from './decode-messages.js';
import { loadRasterDecoder } from './load-raster-decoder.js';

// A decode thread: one image at a time.

const { decoder } = workerData as DecodeWorkerData;
const resampler = new Resampler();

async function decode({
  bytes,
  header,
  input,
  pixels,
}: DecodeJob): Promise<Pick<DecodeReply, 'outcome' | 'message'>> {
  try {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    await decodeImage(view, header, decoder, input, resampler, pixels);
    return { outcome: 'decoded' };
  } catch (error) {
    if (error instanceof UndecodableImageError) return { outcome: 'undecodable' };
    return { outcome: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

await serveThread<DecodeJob, DecodeReply>(async () => {
  // A decoder that this platform does not have is missed now, not at the first photo.
  await loadRasterDecoder(decoder, { format: 'jpeg', colour: 'rgb' });
  return {
    ready: undefined,
    async answer(job) {
      const { bytes, pixels } = job;
      const reply = { bytes, pixels, ...(await decode(job)) };
      return { reply, transfer: [bytes.buffer as ArrayBuffer, pixels.buffer as ArrayBuffer] };
    },
  };
});
