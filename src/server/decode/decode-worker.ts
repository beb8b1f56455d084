import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { decodeImage } from './decode-image.js';
import type { DecodeJob, DecodeReply, DecodeWorkerData } from './decode-messages.js';
import { UndecodableImageError } from './header/image-errors.js';
import { Resampler } from './resample/resampler.js';

// A decode thread: one image at a time, in the order they come.

const port = parentPort as MessagePort;
const { decoder, input } = workerData as DecodeWorkerData;
const resampler = new Resampler();

port.on('message', ({ id, bytes, header, pixels }: DecodeJob) => {
  const reply: DecodeReply = { id, pixels, ...decode(bytes, header, pixels) };
  port.postMessage(reply, [pixels.buffer as ArrayBuffer]);
});

function decode(
  bytes: Uint8Array,
  header: DecodeJob['header'],
  pixels: Uint8Array,
): Pick<DecodeReply, 'outcome' | 'message'> {
  try {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    decodeImage(view, header, decoder, input, resampler, pixels);
    return { outcome: 'decoded' };
  } catch (error) {
    if (error instanceof UndecodableImageError) return { outcome: 'undecodable' };
    return { outcome: 'failed', message: String(error) };
  }
}
