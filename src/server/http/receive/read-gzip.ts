import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { Problem } from '../../problem/problem.js';
import { GrowingBuffer } from './growing-buffer.js';
import { breakOff, readChunks } from './read-body.js';
import type { Upload } from './upload-budget.js';

/**
 * Reads a body with Content-Encoding: gzip. The decompressed bytes count towards the limits of the body as they appear, so a
 * small body that would expand beyond the limit is refused as soon as it reaches it.
 *
 * @throws {Problem} invalid_body if it is not complete gzip; also as readChunks
 */
export async function readGzip(incoming: IncomingMessage, upload: Upload): Promise<Buffer> {
  const body = new GrowingBuffer(upload);
  const gunzip = createGunzip();
  const unpacked = new Promise<void>((resolve, reject) => {
    function fail(error: unknown): void {
      const problem = error instanceof Problem ? error : new Problem('invalid_body');
      gunzip.destroy();
      breakOff(incoming, problem);
      reject(problem);
    }
    gunzip.on('data', (chunk: Buffer) => {
      try {
        upload.take(chunk.length);
        body.append(chunk);
      } catch (error) {
        fail(error);
      }
    });
    gunzip.on('error', fail);
    gunzip.once('end', resolve);
  });
  const received = readChunks(incoming, upload, (chunk) => {
    upload.hold(chunk.length);
    gunzip.write(chunk);
  });
  try {
    await Promise.race([received, unpacked.then(() => received)]);
    gunzip.end();
    await unpacked;
  } catch (error) {
    body.discard();
    throw error;
  } finally {
    gunzip.destroy();
    unpacked.catch(() => {});
  }
  return body.bytes();
}
