import type { IncomingMessage } from 'node:http';
import { Problem } from '../respond/problem.js';
import { ClientGoneError } from './client-gone-error.js';
import { GrowingBuffer } from './growing-buffer.js';

const BROKEN_OFF = Symbol('brokenOff');

/** Ends the reading of a body, if it is not over yet, with what is to be answered. */
export function breakOff(incoming: IncomingMessage, problem: Problem): void {
  incoming.emit(BROKEN_OFF, problem);
}

/**
 * Counts the bytes of a body as they arrive and hands each chunk on.
 *
 * @returns when the body is complete
 * @throws {Problem} body_too_large when one byte too many arrives, or that of `breakOff`
 * @throws {ClientGoneError} when the connection ends first
 */
export function readChunks(
  incoming: IncomingMessage,
  maxBodyBytes: number,
  take: (chunk: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = 0;
    function receive(chunk: Buffer): void {
      received += chunk.length;
      if (received > maxBodyBytes) end(new Problem('body_too_large'));
      else take(chunk);
    }
    /** What comes after the end is let go, not kept. */
    function end(error: Error): void {
      incoming.off('data', receive);
      reject(error);
    }
    const gone = () => end(new ClientGoneError());
    incoming.on('data', receive);
    incoming.once('end', resolve);
    incoming.once('error', gone);
    incoming.once('close', gone);
    incoming.once(BROKEN_OFF, end);
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
