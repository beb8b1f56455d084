import type { Clock, Millis } from '../../src/batcher/index.js';

interface Wake {
  readonly atMs: Millis;
  readonly wake: () => void;
}

/**
 * More wakes at one time than this mean that each sets the next at the same time, and that time would never advance.
 */
const MOST_WAKES_AT_ONCE = 10_000;

/** A clock that advances only when told to. Wakes run in the order of their times. */
export class ManualClock implements Clock {
  /** While true, `now` does not advance, although wakes run. */
  standsStill = false;
  #passedMs = 0;
  /** How far `now` lags behind the time that has passed. */
  #lagMs = 0;
  readonly #wakes = new Set<Wake>();

  /** Number of wakes that have neither run nor been cancelled; zero if none leaked. */
  get pending(): number {
    return this.#wakes.size;
  }

  now(): Millis {
    return this.#passedMs - this.#lagMs;
  }

  schedule(delayMs: Millis, wake: () => void): () => void {
    const entry = { atMs: this.#passedMs + delayMs, wake };
    this.#wakes.add(entry);
    return () => this.#wakes.delete(entry);
  }

  /** Advances time by `ms`, and stops at each wake on the way. */
  advance(ms: Millis): void {
    const untilMs = this.#passedMs + ms;
    let atOnce = 0;
    for (let next = this.#first(); next && next.atMs <= untilMs; next = this.#first()) {
      this.#wakes.delete(next);
      atOnce = next.atMs > this.#passedMs ? 0 : atOnce + 1;
      if (atOnce > MOST_WAKES_AT_ONCE) throw new Error('time does not move on');
      this.#passUntil(Math.max(this.#passedMs, next.atMs));
      next.wake();
    }
    this.#passUntil(untilMs);
  }

  /** Changes `now` alone: forward, as for a thread so busy that its timers are late; or back, as no clock should. */
  jump(ms: Millis): void {
    this.#lagMs -= ms;
  }

  #passUntil(ms: Millis): void {
    if (this.standsStill) this.#lagMs += ms - this.#passedMs;
    this.#passedMs = ms;
  }

  /** The earliest wake; of several at the same time, the one that was scheduled first. */
  #first(): Wake | undefined {
    let first: Wake | undefined;
    for (const one of this.#wakes) if (!first || one.atMs < first.atMs) first = one;
    return first;
  }
}
