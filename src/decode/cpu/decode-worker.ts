import { getPriority, setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { decodeImage } from './decode-image.js';
import type { DecodeJob, DecodeReply, DecodeWorkerData } from './decode-messages.js';
import { UndecodableImageError } from '../header/image-errors.js';
import { loadRasterDecoder } from './load-raster-decoder.js';
import { Resampler } from '../resample/resampler.js';

// A decode thread: one image at a time.

const port = parentPort as MessagePort;
const { decoder } = workerData as DecodeWorkerData;
const resampler = new Resampler();

if (process.platform === 'linux')
  setPriority(Math.min(19, getPriority() + Number(process.env['DN'] ?? 5)));

// A decoder that this platform does not have is missed now, not at the first photo.
await loadRasterDecoder(decoder, { format: 'jpeg', colour: 'rgb' });

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
