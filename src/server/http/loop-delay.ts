import type { Clock, Millis } from '../../batcher/index.js';

/** How often `look` is to be called. */
export const LOOK_INTERVAL_MS = 10;

/** The delay of this process's event loop. */
export function watchLoopDelay(clock: Clock): LoopDelay {
  const loopDelay = new LoopDelay(clock);
  setInterval(() => loopDelay.look(), LOOK_INTERVAL_MS).unref();
  return loopDelay;
}

/**
 * How long what the event loop reads now may have lain there unread. A turn of the loop reads what has come since the
 * turn before, so what the turn before has lasted counts, and what this one has lasted so far.
 */
export class LoopDelay {
  readonly #clock: Clock;
  #lookedMs: Millis;
  #turnBeforeMs: Millis = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lookedMs = clock.now();
  }

  /** To be called by a timer: it is late by as much as the loop is. */
  look(): void {
    this.#turnBeforeMs = this.#lateMs();
    this.#lookedMs = this.#clock.now();
  }

  /** What is read now may have waited for so long, and no longer. */
  get waitedMs(): Millis {
    return this.#turnBeforeMs + this.#lateMs();
  }

  #lateMs(): Millis {
    return Math.max(0, this.#clock.now() - this.#lookedMs - LOOK_INTERVAL_MS);
  }
}
