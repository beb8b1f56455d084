import type { IncomingMessage } from 'node:http';

/** A refused body of up to this size is read to its end: under overload, a new connection would cost more. */
const MAX_READ_ON_BYTES = 256 * 1024;

/**
 * Discards the rest of a body that is not wanted, so that the client reads the answer and does not block on sending.
 *
 * @returns whether too much is left, so that the connection must be closed after the answer
 */
export function letGoOfBody(incoming: IncomingMessage): boolean {
  const { headers, complete } = incoming;
  const bodyBytes =
    headers['transfer-encoding'] === undefined
      ? Number(headers['content-length'] ?? 0)
      : Number.POSITIVE_INFINITY;
  if (complete || bodyBytes === 0) return false;
  incoming.resume();
  return bodyBytes > MAX_READ_ON_BYTES || headers.expect !== undefined;
}
