import type { Item } from './item.js';

/**
 * First in, first out, oldest at the head. The items are the links, so adding, taking and removing from the
 * middle are O(1) and allocate nothing. Never holds a settled item.
 */
export class ItemQueue<I, O> {
  #head: Item<I, O> | undefined;
  #tail: Item<I, O> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get oldest(): Item<I, O> | undefined {
    return this.#head;
  }

  add(item: Item<I, O>): void {
    item.previous = this.#tail;
    if (this.#tail) this.#tail.next = item;
    else this.#head = item;
    this.#tail = item;
    this.#size++;
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
  }

  /** Removes and returns the oldest `count` items, or all if there are fewer. */
  take(count: number): Item<I, O>[] {
    const taken: Item<I, O>[] = [];
    for (let item = this.#head; item && taken.length < count; item = this.#head) {
      this.remove(item);
      taken.push(item);
    }
    return taken;
  }
}
