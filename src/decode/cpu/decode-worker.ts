import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { UndecodableImageError } from '../header/image-errors.js';
import { Resampler } from '../resample/resampler.js';
import { decodeImage } from './decode-image.js';
import type { DecodeJob, DecodeReply, DecodeWorkerData } from './decode-messages.js';
import { loadRasterDecoder } from './load-raster-decoder.js';

// A decode thread. It decodes one image at a time.

const port = parentPort as MessagePort;
const { decoder } = workerData as DecodeWorkerData;
const resampler = new Resampler();

// Fails now, not at the first photo, if the decoder is not available on this platform.
await loadRasterDecoder(decoder, { format: 'jpeg' });

port.on('message', async (job: DecodeJob) => {
  const { id, bytes, pixels } = job;
  const reply: DecodeReply = { id, bytes, pixels, ...(await decode(job)) };
  port.postMessage(reply, [bytes.buffer as ArrayBuffer, pixels.buffer as ArrayBuffer]);
});

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
    return { outcome: 'failed', message: String(error) };
  }
}
