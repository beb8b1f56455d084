import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Millis } from '../../batcher/index.js';
import { LOOK_INTERVAL_MS, type LoopDelay } from './loop-delay.js';

/** Node's number for the callback that its HTTP parser calls at the first byte of a request. */
const ON_MESSAGE_BEGIN = 0;

/** A client that sends its first request so soon after its connection has sent it at once. */
const AT_ONCE_MS: Millis = 2 * LOOK_INTERVAL_MS;

interface Connection {
  /** When it was accepted; undefined once it has carried a request. */
  acceptedMs: Millis | undefined;
  /** When the first byte of the present request could be read; undefined if Node does not say. */
  beganMs: Millis | undefined;
}

type Parsed = Socket & { readonly parser?: { [ON_MESSAGE_BEGIN]: (() => void) | null } | null };
type Arrived = IncomingMessage & { [ARRIVED_MS]?: Millis };

const ARRIVED_MS = Symbol('arrivedMs');

/**
 * Knows when each request could first be read, which is when its deadline begins to run: for the first one on a
 * connection when that was accepted, unless its client sent nothing for a while; else when its first byte was there.
 */
export class Arrivals {
  readonly #clock: Clock;
  readonly #loopDelay: LoopDelay;
  readonly #connections = new WeakMap<Socket, Connection>();

  constructor(clock: Clock, loopDelay: LoopDelay) {
    this.#clock = clock;
    this.#loopDelay = loopDelay;
  }

  /** To be called for each new connection, when Node has given it a parser. */
  connected(socket: Parsed): void {
    const connection: Connection = { acceptedMs: this.#readableMs(), beganMs: undefined };
    this.#connections.set(socket, connection);
    // There is no public way to see the first byte. Without this, a request counts from the end of its headers.
    if (!socket.parser) return;
    socket.parser[ON_MESSAGE_BEGIN] = () => {
      connection.beganMs = this.#readableMs();
    };
  }

  /** To be called for each request, as soon as its headers have arrived. */
  arrived(incoming: Arrived): void {
    const connection = this.#connections.get(incoming.socket);
    const beganMs = connection?.beganMs ?? this.#readableMs();
    incoming[ARRIVED_MS] = beganMs;
    if (connection?.acceptedMs === undefined) return;
    const { acceptedMs } = connection;
    connection.acceptedMs = undefined;
    // A client may open a connection long before it sends its first request.
    if (beganMs - acceptedMs <= AT_ONCE_MS) incoming[ARRIVED_MS] = acceptedMs;
  }

  /** What is read now could be read at this time already, at the earliest. */
  #readableMs(): Millis {
    return this.#clock.now() - this.#loopDelay.waitedMs;
  }
}

/** When a request could first be read; undefined if `Arrivals` does not know of it. */
export function arrivedMs(incoming: Arrived): Millis | undefined {
  return incoming[ARRIVED_MS];
}
