import type { IncomingMessage } from 'node:http';

/** A body up to this is read to its end: under overload, a new connection would cost more than that. */
const MAX_READ_ON_BYTES = 256 * 1024;

/**
 * Lets go of what is left of a body that is not wanted, so that its client reads the answer instead of waiting for room in a
 * full pipe.
 *
 * @returns whether too much is left: the connection must be closed after the answer
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
