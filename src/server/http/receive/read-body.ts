import type { IncomingMessage } from 'node:http';
import type { Problem } from '../../problem/problem.js';
import { GrowingBuffer } from './growing-buffer.js';
import type { Upload } from './upload-budget.js';

/** The client closed the connection before its request was complete, so it gets no answer. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

const BROKEN_OFF = Symbol('brokenOff');

type Breakable = IncomingMessage & { [BROKEN_OFF]?: Problem };

/** Stops reading a body that is not complete yet, or that nobody reads yet; `problem` is the answer. */
export function breakOff(incoming: Breakable, problem: Problem): void {
  incoming[BROKEN_OFF] ??= problem;
  incoming.emit(BROKEN_OFF, problem);
}

/**
 * Counts the bytes of a body as they arrive and passes each chunk on.
 *
 * @returns when the body is complete
 * @throws {Problem} body_too_large or queue_full if the body exceeds a limit, or the problem of `breakOff`
 * @throws {ClientGoneError} if the connection is closed before that
 */
export function readChunks(
  incoming: Breakable,
  upload: Upload,
  keep: (chunk: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // Either may have happened while the request waited for its turn.
    if (incoming[BROKEN_OFF]) throw incoming[BROKEN_OFF];
    if (incoming.destroyed) throw new ClientGoneError();
    function receive(chunk: Buffer): void {
      try {
        upload.take(chunk.length);
        keep(chunk);
      } catch (error) {
        end(error);
      }
    }
    /** Bytes that arrive after the end are discarded. */
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
 * Reads the whole body into a buffer of its own, which can be transferred to a thread.
 *
 * @throws as readChunks
 */
export async function readBody(incoming: IncomingMessage, upload: Upload): Promise<Buffer> {
  const announced = incoming.headers['content-length'];
  const body = new GrowingBuffer(upload, announced === undefined ? undefined : Number(announced));
  try {
    await readChunks(incoming, upload, (chunk) => body.append(chunk));
  } catch (error) {
    body.discard();
    throw error;
  }
  return body.bytes();
}
