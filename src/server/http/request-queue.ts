import type { IncomingMessage } from 'node:http';
import type { Clock, Millis } from '../../batcher/index.js';
import type { LoopDelay } from './loop-delay.js';

/** While what the event loop reads has waited for longer than this, requests begin in turns. */
const MAX_DELAY_MS: Millis = 10;
/** For how long requests begin in one turn of the loop. */
const MAX_TURN_MS: Millis = 5;
/** How much the latest interval counts in the mean. */
const WEIGHT = 0.02;
/** The wait may be at most this share of the time that a request has: decoder, lane and answer need the rest. */
const SHARE = 0.5;

/** Of requests that began only to be refused. */
const waits = new WeakMap<IncomingMessage, Millis>();

/** How long a request would have to wait for the main thread; 0 for one whose turn it is. */
export function expectedWaitMs(incoming: IncomingMessage): Millis {
  return waits.get(incoming) ?? 0;
}

/**
 * The main thread as a stage with a queue. Requests begin at once while the event loop keeps up, and else a few in each
 * turn, in the order of their arrival. So turns stay short, and a request that would wait too long is known, and can be
 * refused, as soon as it arrives.
 */
export class RequestQueue {
  readonly #clock: Clock;
  readonly #loopDelay: Pick<LoopDelay, 'waitedMs'>;
  readonly #nextTurn: (callback: () => void) => void;
  readonly #waiting: (() => void)[] = [];
  /** A mean of the times between two beginnings, while requests wait. */
  #intervalMs: Millis = 0;
  #beganMs: Millis = 0;

  constructor(
    clock: Clock,
    loopDelay: Pick<LoopDelay, 'waitedMs'>,
    nextTurn: (callback: () => void) => void,
  ) {
    this.#clock = clock;
    this.#loopDelay = loopDelay;
    this.#nextTurn = nextTurn;
  }

  /** How long a request that arrives now is expected to wait. */
  get waitMs(): Millis {
    return this.#waiting.length * this.#intervalMs;
  }

  /**
   * Calls `begin` when it is the request's turn; or at once, if that is expected to be too late for an answer by
   * `boundMs`. Then `expectedWaitMs` tells the time that the answer would take.
   */
  add(incoming: IncomingMessage, boundMs: Millis, begin: () => void): void {
    const now = this.#clock.now();
    const { waitMs } = this;
    if (this.#waiting.length === 0 && this.#loopDelay.waitedMs <= MAX_DELAY_MS) begin();
    else if (now + waitMs / SHARE >= boundMs) {
      waits.set(incoming, waitMs / SHARE);
      begin();
    } else if (this.#waiting.push(begin) === 1) {
      this.#beganMs = now;
      this.#nextTurn(() => this.#turn());
    }
  }

  #turn(): void {
    const endMs = this.#clock.now() + MAX_TURN_MS;
    do this.#beginNext();
    while (this.#waiting.length > 0 && this.#mayBeginMore(endMs));
    if (this.#waiting.length > 0) this.#nextTurn(() => this.#turn());
  }

  /** On a host that gives this process a short time now and then, the loop is late however little it does. */
  #mayBeginMore(endMs: Millis): boolean {
    return this.#clock.now() < endMs || this.#loopDelay.waitedMs <= MAX_DELAY_MS;
  }

  #beginNext(): void {
    const next = this.#waiting.shift();
    if (!next) return;
    const now = this.#clock.now();
    this.#intervalMs += WEIGHT * (now - this.#beganMs - this.#intervalMs);
    this.#beganMs = now;
    next();
  }
}
