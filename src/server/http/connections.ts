import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How many requests of one connection are answered at the same time. Only a client that pipelines sends more. */
const MAX_IN_PROGRESS = 4;
/** How many more of them may wait until no more are read. What is read at once may exceed it. */
const MAX_WAITING = 64;

/** Why a connection was closed: it was idle longest, or no other was idle and it was the newest. */
export type ClosedReason = 'idle' | 'full';

interface Connection {
  inProgress: number;
  /** Requests that begin when one in progress has been answered. */
  readonly waiting: (() => void)[];
}

/**
 * The open connections of a server. When there is no room for a new one, the connection that has been idle longest is
 * closed. A connection that pipelines requests leaves the event loop to the others between them.
 */
export class Connections {
  readonly #max: number;
  readonly #closed: (reason: ClosedReason) => void;
  readonly #all = new Map<Socket, Connection>();
  /** Those without a request. The one that has been idle longest is first. */
  readonly #idle = new Set<Socket>();

  /** @param closed called for each connection that is closed because there are more than `max` */
  constructor(max: number, closed: (reason: ClosedReason) => void) {
    this.#max = max;
    this.#closed = closed;
  }

  /** Whether all that was answered has been passed to the system. */
  get isFlushed(): boolean {
    return ![...this.#all.keys()].some(({ writableLength }) => writableLength > 0);
  }

  /** To be called for each new connection. */
  opened(socket: Socket): void {
    this.#all.set(socket, { inProgress: 0, waiting: [] });
    this.#idle.add(socket);
    socket.once('close', () => this.#forget(socket));
    if (this.#all.size > this.#max) this.#makeRoom(socket);
  }

  /** To be called for each request. Calls `begin` as soon as it is its turn. */
  request({ socket }: IncomingMessage, outgoing: ServerResponse, begin: () => void): void {
    const connection = this.#all.get(socket);
    if (!connection) {
      begin();
      return;
    }
    this.#idle.delete(socket);
    outgoing.once('close', () => this.#answered(socket, connection));
    const { waiting } = connection;
    if (connection.inProgress < MAX_IN_PROGRESS) {
      connection.inProgress++;
      begin();
    } else if (waiting.push(begin) >= MAX_WAITING) socket.pause();
  }

  #answered(socket: Socket, connection: Connection): void {
    const next = connection.waiting.shift();
    // In another turn of the event loop, after the requests of others.
    if (next) setImmediate(next);
    else connection.inProgress--;
    if (connection.waiting.length === 0) socket.resume();
    if (connection.inProgress === 0 && this.#all.has(socket)) this.#idle.add(socket);
  }

  #makeRoom(newest: Socket): void {
    const [longest = newest] = this.#idle;
    this.#forget(longest);
    longest.destroy();
    this.#closed(longest === newest ? 'full' : 'idle');
  }

  #forget(socket: Socket): void {
    this.#all.delete(socket);
    this.#idle.delete(socket);
  }
}
