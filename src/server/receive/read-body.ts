import type { IncomingMessage } from 'node:http';
import { Problem } from '../respond/problem.js';
import { ClientGoneError } from './client-gone-error.js';

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
 * Reads the body whole: copied once, into a buffer of its own, which may be transferred to a thread.
 *
 * @throws as readChunks
 */
export async function readBody(incoming: IncomingMessage, maxBodyBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await readChunks(incoming, maxBodyBytes, (chunk) => chunks.push(chunk));
  return concatApart(chunks);
}

/** As Buffer.concat, but never inside the pool that small buffers share. */
export function concatApart(chunks: readonly Buffer[]): Buffer {
  const body = Buffer.allocUnsafeSlow(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(body, at);
  return body;
}
