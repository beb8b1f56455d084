import type { IncomingMessage } from 'node:http';
import type { Problem } from '../../problem/problem.js';
import { GrowingBuffer } from './growing-buffer.js';
import type { Upload } from './upload-budget.js';

/** The client closed the connection before its request was complete: there is nobody to answer. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

const BROKEN_OFF = Symbol('brokenOff');

/** Ends the reading of a body, if it is not over yet, with what is to be answered. */
export function breakOff(incoming: IncomingMessage, problem: Problem): void {
  incoming.emit(BROKEN_OFF, problem);
}

/**
 * Counts the bytes of a body as they arrive and hands each chunk on.
 *
 * @returns when the body is complete
 * @throws {Problem} body_too_large or queue_full when one byte too many arrives, or that of `breakOff`
 * @throws {ClientGoneError} when the connection ends first
 */
export function readChunks(
  incoming: IncomingMessage,
  upload: Upload,
  keep: (chunk: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    function receive(chunk: Buffer): void {
      try {
        upload.take(chunk.length);
        keep(chunk);
      } catch (error) {
        end(error);
      }
    }
    /** What comes after the end is let go, not kept. */
    function end(error: unknown): void {
      incoming.off('data', receive);
      reject(error);
    }
    const gone = () => end(new ClientGoneError());
    incoming.on('data', receive);
    incoming.once('end', () => {
      incoming.off('close', gone);
      resolve();
    });
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
export async function readBody(incoming: IncomingMessage, upload: Upload): Promise<Buffer> {
  const body = new GrowingBuffer(upload.spare);
  await readChunks(incoming, upload, (chunk) => body.append(chunk));
  return body.bytes();
}
