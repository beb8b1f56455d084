import type { Millis } from './clock.js';
import type { Item } from './item.js';

const NEVER: Millis = Number.POSITIVE_INFINITY;

/**
 * First in, first out, with the oldest item at the head. The items themselves are the links, so adding, taking and
 * removing from the middle are O(1) and allocate no memory. It never contains a settled item.
 */
export class ItemQueue<I, O> {
  #head: Item<I, O> | undefined;
  #tail: Item<I, O> | undefined;
  #size = 0;
  /** Undefined after the item with the earliest deadline has left. */
  #earliestDeadlineMs: Millis | undefined = NEVER;

  get size(): number {
    return this.#size;
  }

  get oldest(): Item<I, O> | undefined {
    return this.#head;
  }

  /**
   * The earliest deadline in the queue; infinite if it is empty. May walk the whole queue, but the policy asks only
   * while less than one batch waits.
   */
  earliestDeadlineMs(): Millis {
    if (this.#earliestDeadlineMs === undefined) {
      this.#earliestDeadlineMs = NEVER;
      for (let item = this.#head; item; item = item.next) this.#see(item.deadlineMs);
    }
    return this.#earliestDeadlineMs;
  }

  add(item: Item<I, O>): void {
    item.previous = this.#tail;
    if (this.#tail) this.#tail.next = item;
    else this.#head = item;
    this.#tail = item;
    this.#size++;
    this.#see(item.deadlineMs);
  }

  /** `item` must be in this queue. */
  remove(item: Item<I, O>): void {
    if (item.previous) item.previous.next = item.next;
    else this.#head = item.next;
    if (item.next) item.next.previous = item.previous;
    else this.#tail = item.previous;
    item.previous = undefined;
    item.next = undefined;
    this.#size--;
    if (item.deadlineMs === this.#earliestDeadlineMs) this.#earliestDeadlineMs = undefined;
  }

  /** Removes and returns the oldest `count` items, or all if there are fewer. */
  take(count: number): Item<I, O>[] {
    const items: Item<I, O>[] = [];
    for (let item = this.#head; item && items.length < count; item = this.#head) {
      this.remove(item);
      items.push(item);
    }
    return items;
  }

  #see(deadlineMs: Millis): void {
    const known = this.#earliestDeadlineMs;
    if (known !== undefined && deadlineMs < known) this.#earliestDeadlineMs = deadlineMs;
  }
}
