import type { Clock, Millis } from '../../../batcher/index.js';
import { Problem } from '../../problem/problem.js';
import type { Exchange } from '../exchange.js';
import { breakOff } from './read-body.js';
import type { Upload } from './upload-budget.js';

/**
 * Receives a body within its limits in bytes and time.
 *
 * @param read reads the body within the upload budget; it ends when the body is broken off
 * @throws {Problem} body_too_large or queue_full by Content-Length, deadline_exceeded; also as `read`
 */
export async function receiveBody<T>(
  { incoming, outgoing }: Exchange,
  upload: Upload,
  clock: Clock,
  deadlineMs: Millis,
  read: () => Promise<T>,
): Promise<T> {
  upload.expect(Number(incoming.headers['content-length'] ?? 0));
  // Asking for the body only now spares a refused client the upload.
  if (/\b100-continue\b/i.test(incoming.headers.expect ?? '') && incoming.httpVersionMinor > 0) {
    outgoing.writeContinue();
  }
  const callOff = clock.schedule(deadlineMs - clock.now(), () =>
    breakOff(incoming, new Problem('deadline_exceeded')),
  );
  try {
    return await read();
  } finally {
    callOff();
  }
}
