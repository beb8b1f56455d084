import type { Clock, Millis } from '../../batcher/index.js';

interface Wake {
  readonly atMs: Millis;
  /** Wakes at the same time run in the order in which they were set. */
  readonly order: number;
  readonly wake: () => void | Promise<void>;
  isCalledOff: boolean;
}

/** Time that jumps from one event to the next: a clock for the batcher, and a calendar of simulated events. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  #order = 0;
  /** A binary heap; the next wake is first. */
  readonly #wakes: Wake[] = [];

  now(): Millis {
    return this.#nowMs;
  }

  /** Like the server's clock, this rounds up to the whole milliseconds of Node's timers. */
  schedule(delayMs: Millis, wake: () => void): () => void {
    return this.at(this.#nowMs + Math.ceil(delayMs), wake);
  }

  /** Calls `wake` at exactly `atMs`, and awaits its result before time advances. */
  at(atMs: Millis, wake: () => void | Promise<void>): () => void {
    const entry = { atMs, order: this.#order++, wake, isCalledOff: false };
    this.#add(entry);
    return () => {
      entry.isCalledOff = true;
    };
  }

  /** Advances time until nothing is due any more. */
  async run(): Promise<void> {
    for (let next = this.#take(); next; next = this.#take()) {
      if (next.isCalledOff) continue;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      const pending = next.wake();
      if (pending !== undefined) await pending;
    }
  }

  #add(entry: Wake): void {
    const heap = this.#wakes;
    let i = heap.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (isBefore(heap[parent] as Wake, entry)) break;
      heap[i] = heap[parent] as Wake;
      i = parent;
    }
    heap[i] = entry;
  }

  #take(): Wake | undefined {
    const heap = this.#wakes;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Wake, heap[child] as Wake))
        child++;
      if (isBefore(last, heap[child] as Wake)) break;
      heap[i] = heap[child] as Wake;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

function isBefore(a: Wake, b: Wake): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
