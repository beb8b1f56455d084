import type { Clock, Millis } from '../../batcher/index.js';
import type { LoopDelay } from './loop-delay.js';

/** While what the event loop reads has waited for longer than this, requests begin in turns. */
const MAX_DELAY_MS: Millis = 10;
/** For so long after a connection was accepted that had waited for longer than that. */
const LATE_MS: Millis = 20;
/** How long a turn of the loop is to last while requests wait. */
const MAX_TURN_MS: Millis = 2;
/** How much the latest turn counts in the mean. */
const WEIGHT = 0.1;
/**
 * By which share the cost follows a shorter turn, and by which it grows after a longer one, however long that was. A turn
 * is long for other reasons too: on a busy host, this thread is interrupted.
 */
const FALL = 0.3;
const GROWTH = 0.2;
/**
 * A request must begin within this share of its time. Decoder, lane and answer need the rest, and a longer
 * queue would only make answers later, not more.
 */
const SHARE = 0.25;

/**
 * The main thread as a stage with a queue. While the event loop does not keep up, requests begin in the order of their
 * arrival, so many in each turn that turns stay short. What a request costs is seen from the shorter of the turns, because
 * most of its work is done after it has begun. A request that would wait too long is known as soon as it arrives.
 */
export class RequestQueue {
  readonly loopDelay: Pick<LoopDelay, 'waitedMs'>;
  readonly #clock: Clock;
  readonly #nextTurn: (callback: () => void) => void;
  readonly #waiting: (() => void)[] = [];
  /** The time between two requests that begin: a mean of the latest turns; undefined before the first. */
  #intervalMs: Millis | undefined;
  /** What a request costs the main thread: as in the shorter of the latest turns. */
  #costMs: Millis = MAX_TURN_MS;
  /** When the turn before began, and how many requests began in it; 0 if none waited then. */
  #turnMs: Millis = 0;
  #begun = 0;
  #lateUntilMs = Number.NEGATIVE_INFINITY;

  constructor(
    clock: Clock,
    loopDelay: Pick<LoopDelay, 'waitedMs'>,
    nextTurn: (callback: () => void) => void = setImmediate,
  ) {
    this.#clock = clock;
    this.loopDelay = loopDelay;
    this.#nextTurn = nextTurn;
  }

  /**
   * Whether a request that arrives now has to wait. Those that have begun would keep the process from accepting
   * connections, however short its turns are.
   */
  get isLate(): boolean {
    return (
      this.#waiting.length > 0 ||
      this.loopDelay.waitedMs > MAX_DELAY_MS ||
      this.#clock.now() < this.#lateUntilMs
    );
  }

  /** To be called for each new connection, with the time that it has waited to be accepted. */
  accepted(waitedMs: Millis): void {
    if (waitedMs > MAX_DELAY_MS) this.#lateUntilMs = this.#clock.now() + LATE_MS;
  }

  /** How long a request that arrives now is expected to wait. */
  get waitMs(): Millis {
    return this.#waiting.length * (this.#intervalMs ?? 0);
  }

  /**
   * Whether a request that begins after this wait would be too late.
   *
   * @param startedMs when it could first be read: a connection may have waited to be accepted
   * @param boundMs when it must be answered
   */
  isTooLong(startedMs: Millis, boundMs: Millis): boolean {
    const beginMs = this.#clock.now() + this.waitMs;
    return beginMs - startedMs >= SHARE * (boundMs - startedMs);
  }

  /** Resolves when it is the turn of a request that has to wait. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.push(resolve) === 1) this.#nextTurn(() => this.#turn());
    });
  }

  #turn(): void {
    const now = this.#clock.now();
    if (this.#begun > 0) this.#saw((now - this.#turnMs) / this.#begun);
    this.#turnMs = now;
    const most = MAX_TURN_MS / this.#costMs;
    let begun = 0;
    do {
      this.#waiting.shift()?.();
      begun++;
    } while (this.#waiting.length > 0 && begun < most);
    this.#begun = this.#waiting.length > 0 ? begun : 0;
    if (this.#waiting.length > 0) this.#nextTurn(() => this.#turn());
  }

  #saw(requestMs: Millis): void {
    const before = this.#intervalMs ?? requestMs;
    this.#intervalMs = before + WEIGHT * (requestMs - before);
    const cost = this.#costMs;
    this.#costMs =
      requestMs < cost
        ? cost + FALL * (requestMs - cost)
        : Math.min(requestMs, (1 + GROWTH) * cost);
  }
}
