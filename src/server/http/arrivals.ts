import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Millis } from '../../batcher/index.js';
import type { LoopDelay } from './loop-delay.js';

/** A connection on which no request has come yet. */
interface Accepted {
  /** When it was accepted, perhaps by another process. */
  readonly acceptedMs: Millis;
  /** When this process had it. */
  readonly receivedMs: Millis;
}

const ARRIVED_MS = Symbol('arrivedMs');

/** Knows when each request could first be read, which is when its deadline begins to run. */
export class Arrivals {
  readonly #clock: Clock;
  readonly #loopDelay: LoopDelay;
  readonly #accepted = new WeakMap<Socket, Accepted>();

  constructor(clock: Clock, loopDelay: LoopDelay) {
    this.#clock = clock;
    this.#loopDelay = loopDelay;
  }

  /** To be told of every connection. */
  connected(socket: Socket, acceptedMs?: Millis): void {
    const receivedMs = this.#clock.now() - this.#loopDelay.waitedMs;
    this.#accepted.set(socket, { acceptedMs: acceptedMs ?? receivedMs, receivedMs });
  }

  /** To be told of every request, as soon as its headers are here. */
  began(incoming: IncomingMessage & { [ARRIVED_MS]?: Millis }): void {
    const { socket } = incoming;
    const readableMs = this.#clock.now() - this.#loopDelay.waitedMs;
    const accepted = this.#accepted.get(socket);
    this.#accepted.delete(socket);
    // A client may open a connection long before it sends the first request.
    const isFirst = accepted !== undefined && accepted.receivedMs >= readableMs;
    incoming[ARRIVED_MS] = isFirst ? accepted.acceptedMs : readableMs;
  }
}

/** When a request could first be read; undefined if `Arrivals` was not told of it. */
export function arrivedMs(
  incoming: IncomingMessage & { [ARRIVED_MS]?: Millis },
): Millis | undefined {
  return incoming[ARRIVED_MS];
}
