import type { Socket } from 'node:net';
import type { Millis } from '../../batcher/index.js';

/** A client that has connected to send a request has sent it when the connection is accepted late. */
const PATIENCE_MS: Millis = 100;

/** Header fields are looked for in no more than this. */
const MAX_HEAD_BYTES = 8192;

const CLOSES = / HTTP\/1\.0\r\n|\r\nconnection:[ \t]*close\b/i;
const TIMEOUT = /\r\nx-request-timeout-ms:[ \t]*([^\r\n]*)/i;

/** What the first bytes of a connection tell of its first request. */
export interface FirstBytes {
  readonly method: string;
  /** Whether its client uses the connection for this request alone. */
  readonly isOnly: boolean;
  /** The value of X-Request-Timeout-Ms, if it is among them. */
  readonly timeoutMs: string | undefined;
}

/**
 * Reads the first bytes of a connection that no HTTP parser reads yet, which is much cheaper, and puts them back. The
 * connection is paused then.
 *
 * @param seen called once, unless the connection ends before; with undefined if the client sends nothing for a while
 */
export function readFirstBytes(socket: Socket, seen: (first?: FirstBytes) => void): void {
  const stop = () => {
    clearTimeout(timer);
    socket.off('data', read).off('error', gone).off('end', gone).off('close', stop);
  };
  const gone = () => {
    stop();
    socket.destroy();
  };
  const read = (bytes: Buffer) => {
    stop();
    socket.pause();
    socket.unshift(bytes);
    seen(firstBytes(bytes));
  };
  const timer = setTimeout(() => {
    stop();
    socket.pause();
    seen();
  }, PATIENCE_MS);
  socket.on('data', read).on('error', gone).on('end', gone).on('close', stop);
}

function firstBytes(bytes: Buffer): FirstBytes {
  const head = bytes.toString('latin1', 0, MAX_HEAD_BYTES);
  return {
    method: head.slice(0, head.indexOf(' ')),
    isOnly: CLOSES.test(head),
    timeoutMs: TIMEOUT.exec(head)?.[1],
  };
}
