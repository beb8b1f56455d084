import type { IncomingMessage } from 'node:http';
import { Problem } from '../respond/problem.js';
import { ClientGoneError } from './client-gone-error.js';
import { GrowingBuffer } from './growing-buffer.js';

/**
 * Counts the bytes of a body as they arrive and hands each chunk on.
 *
 * @returns when the body is complete
 * @throws {Problem} body_too_large when one byte too many arrives
 * @throws {ClientGoneError} when the connection ends first
 */
export function readChunks(
  incoming: IncomingMessage,
  maxBodyBytes: number,
  take: (chunk: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = 0;
    incoming.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > maxBodyBytes) reject(new Problem('body_too_large'));
      else take(chunk);
    });
    incoming.once('end', resolve);
    incoming.once('error', () => reject(new ClientGoneError()));
    incoming.once('close', () => reject(new ClientGoneError()));
  });
}

/**
 * Reads the body whole, into a buffer of its own, which may be transferred to a thread.
 *
 * @throws as readChunks
 */
export async function readBody(incoming: IncomingMessage, maxBodyBytes: number): Promise<Buffer> {
  const body = new GrowingBuffer();
  await readChunks(incoming, maxBodyBytes, (chunk) => body.append(chunk));
  return body.bytes();
}
