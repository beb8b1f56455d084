import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { Problem, type ProblemCode } from '../../problem/problem.js';
import { GrowingBuffer } from './growing-buffer.js';
import { breakOff, readChunks } from './read-body.js';
import type { Upload } from './upload-budget.js';

/** Most images in one request; fewer where the queue holds fewer. */
const MAX_PARTS = 64;

/**
 * Reads the parts of a multipart/form-data body in order; every part is an image, whatever its name and type.
 *
 * @param maxQueueSize a form of more images could never be accepted
 * @throws {Problem} unsupported_media_type without a boundary, too_many_parts, undecodable_image when the form
 * is broken; and as readChunks
 */
export async function readForm(
  incoming: IncomingMessage,
  upload: Upload,
  maxQueueSize: number,
): Promise<Buffer[]> {
  const form = openForm(incoming, Math.min(MAX_PARTS, maxQueueSize));
  const parts: GrowingBuffer[] = [];
  const parsed = new Promise<void>((resolve, reject) => {
    function fail(code: ProblemCode): void {
      const problem = new Problem(code);
      breakOff(incoming, problem);
      reject(problem);
    }
    form.on('file', (_name, stream) => {
      const part = new GrowingBuffer(upload);
      parts.push(part);
      stream.on('data', (chunk: Buffer) => part.append(chunk));
      // A form that ends inside a part ends here, and kills the process if nobody listens.
      stream.on('error', () => fail('undecodable_image'));
    });
    form.on('filesLimit', () => fail('too_many_parts'));
    form.on('partsLimit', () => fail('too_many_parts'));
    form.on('error', () => fail('undecodable_image'));
    form.on('finish', resolve);
  });
  const received = readChunks(incoming, upload, (chunk) => form.write(chunk));
  try {
    await Promise.race([received, parsed.then(() => received)]);
    form.end();
    await parsed;
  } catch (error) {
    for (const part of parts) part.discard();
    throw error;
  }
  return parts.map((part) => part.bytes());
}

function openForm(incoming: IncomingMessage, maxParts: number) {
  try {
    return new Busboy({
      headers: incoming.headers as BusboyHeaders,
      isPartAFile: () => true,
      limits: { files: maxParts, parts: maxParts, headerPairs: 32, headerSize: 8192 },
    });
  } catch (cause) {
    throw new Problem('unsupported_media_type', {}, { cause });
  }
}
