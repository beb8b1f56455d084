import type { Clock, Millis } from '../../src/batcher/index.js';

/** A clock that moves only when told to. Wakes run in the order of their times. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #wakes = new Set<{ at: Millis; wake: () => void }>();

  /** Wakes not yet run or called off: zero when nothing has leaked. */
  get pending(): number {
    return this.#wakes.size;
  }

  now(): Millis {
    return this.#now;
  }

  schedule(delay: Millis, wake: () => void): () => void {
    const entry = { at: this.#now + delay, wake };
    this.#wakes.add(entry);
    return () => this.#wakes.delete(entry);
  }

  /** Moves time on by `ms`, stopping at each wake on the way. */
  advance(ms: Millis): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#wakes].sort((a, b) => a.at - b.at);
      if (!next || next.at > until) break;
      this.#wakes.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#now = until;
  }
}
