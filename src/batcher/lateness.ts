import type { Millis } from './clock.js';

/** How much the latest item counts. */
const WEIGHT = 0.05;

/** How much later than expected items are settled: a mean of the latest. Those that are early are on time. */
export class Lateness {
  #meanMs: Millis = 0;

  get meanMs(): Millis {
    return this.#meanMs;
  }

  saw(lateMs: Millis): void {
    this.#meanMs += WEIGHT * (Math.max(0, lateMs) - this.#meanMs);
  }
}
