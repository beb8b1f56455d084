import type { Clock, Millis } from '../../src/batcher/index.js';

interface Wake {
  readonly atMs: Millis;
  readonly wake: () => void;
}

/** More are not due at one time unless each is set again at once, and time would never move on. */
const MOST_WAKES_AT_ONCE = 10_000;

/** A clock that moves only when told to. Wakes run in the order of their times. */
export class ManualClock implements Clock {
  /** While true, `now` stands still although wakes run. */
  standsStill = false;
  #passedMs = 0;
  /** How far `now` lags behind the time that has passed. */
  #lagMs = 0;
  readonly #wakes = new Set<Wake>();

  /** Wakes not yet run or called off: zero when nothing has leaked. */
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

  /** Moves time on by `ms`, stopping at each wake on the way. */
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

  /** Moves `now` alone: on, as for a thread so busy that its timers are late; or back, as no clock should go. */
  jump(ms: Millis): void {
    this.#lagMs -= ms;
  }

  #passUntil(ms: Millis): void {
    if (this.standsStill) this.#lagMs += ms - this.#passedMs;
    this.#passedMs = ms;
  }

  /** Of those due at one time, the one scheduled first. */
  #first(): Wake | undefined {
    let first: Wake | undefined;
    for (const one of this.#wakes) if (!first || one.atMs < first.atMs) first = one;
    return first;
  }
}
