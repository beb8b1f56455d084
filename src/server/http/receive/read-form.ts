import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { Problem, type ProblemCode } from '../../problem/problem.js';
import { GrowingBuffer } from './growing-buffer.js';
import { breakOff, readChunks } from './read-body.js';
import type { Upload } from './upload-budget.js';

/**
 * Reads the parts of a multipart/form-data body in order. Every part is an image, whatever its name and type.
 *
 * @param maxImages a form with more images is refused
 * @throws {Problem} unsupported_media_type without a boundary, too_many_parts, undecodable_image if the form
 * is broken; also as readChunks
 */
export async function readForm(
  incoming: IncomingMessage,
  upload: Upload,
  maxImages: number,
): Promise<Buffer[]> {
  const form = openForm(incoming, maxImages);
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
      // Called if the form ends inside a part. Without a listener, this error would end the process.
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
