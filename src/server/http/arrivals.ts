import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Millis } from '../../batcher/index.js';
import { LOOK_INTERVAL_MS, type LoopDelay } from './loop-delay.js';

/** Node's number for the callback that its HTTP parser calls at the first byte of a request. */
const ON_MESSAGE_BEGIN = 0;

/** A client that sends its first request so soon after its connection has sent it at once. */
const AT_ONCE_MS: Millis = 2 * LOOK_INTERVAL_MS;

interface Connection {
  readonly acceptedMs: Millis;
  /** When it could first be accepted; undefined once it has carried a request. */
  acceptableMs: Millis | undefined;
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
  readonly #loopDelay: Pick<LoopDelay, 'waitedMs'>;
  readonly #unreadMs: (socket: Socket) => Millis;
  readonly #connections = new WeakMap<Socket, Connection>();

  /** @param unreadMs how long nobody has read a connection that was just accepted, as the system says */
  constructor(
    clock: Clock,
    loopDelay: Pick<LoopDelay, 'waitedMs'>,
    unreadMs: (socket: Socket) => Millis = () => 0,
  ) {
    this.#clock = clock;
    this.#loopDelay = loopDelay;
    this.#unreadMs = unreadMs;
  }

  /** To be called for each new connection. Returns how long it has waited to be accepted. */
  connected(socket: Socket): Millis {
    const acceptedMs = this.#clock.now();
    const unreadMs = Math.max(this.#loopDelay.waitedMs, this.#unreadMs(socket));
    const acceptableMs = acceptedMs - unreadMs;
    this.#connections.set(socket, { acceptedMs, acceptableMs, beganMs: undefined });
    return unreadMs;
  }

  /**
   * To be called when the first byte of a connection is read before Node has given it a parser. Returns when its first
   * request could first be read.
   */
  firstByte(socket: Socket): Millis {
    const beganMs = this.#readableMs();
    const connection = this.#connections.get(socket);
    if (connection) connection.beganMs = beganMs;
    return startedMs(beganMs, connection);
  }

  /** To be called when Node has given a connection a parser. */
  parsed(socket: Parsed): void {
    const connection = this.#connections.get(socket);
    // There is no public way to see the first byte. Without this, a request counts from the end of its headers.
    if (!connection || !socket.parser) return;
    let firstByteMs = connection.beganMs;
    socket.parser[ON_MESSAGE_BEGIN] = () => {
      connection.beganMs = firstByteMs ?? this.#readableMs();
      firstByteMs = undefined;
    };
  }

  /** To be called for each request, as soon as its headers have arrived. */
  arrived(incoming: Arrived): void {
    const connection = this.#connections.get(incoming.socket);
    const beganMs = connection?.beganMs ?? this.#readableMs();
    incoming[ARRIVED_MS] = startedMs(beganMs, connection);
    if (connection) connection.acceptableMs = undefined;
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

/** When a request could first be read whose first byte could be read at `beganMs`. */
function startedMs(beganMs: Millis, connection: Connection | undefined): Millis {
  if (connection?.acceptableMs === undefined) return beganMs;
  const { acceptedMs, acceptableMs } = connection;
  // A client may open a connection long before it sends its first request.
  return beganMs - acceptedMs <= AT_ONCE_MS ? acceptableMs : beganMs;
}
