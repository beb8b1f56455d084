import type { BatcherModel } from './batcher-model.js';
import { expectedRefusal } from './expected-refusal.js';
import type { Nature } from './happening.js';
import type { ModelItem } from './model-item.js';

/** The clients that bring items to the batcher and know what to expect. */
export class Clients {
  readonly items: ModelItem[] = [];
  /** Items whose end, or whose input's release, has not been seen yet. */
  live: ModelItem[] = [];
  readonly #model: BatcherModel;
  readonly #byInput: ModelItem[] = [];
  /** Items that are not enqueued yet; some may already be settled. */
  readonly #decoding: ModelItem[] = [];

  constructor(model: BatcherModel) {
    this.#model = model;
  }

  itemOf(input: number): ModelItem {
    const one = this.#byInput[input];
    if (!one) throw new Error(`nobody entered as ${input}`);
    return one;
  }

  /** @returns the accepted items: all or none, and for a known reason */
  accept(natures: readonly Nature[], timeoutMs: number): ModelItem[] {
    const { batcher, clock, lanes, isDraining, isSteady, check, limits, curve, speed } =
      this.#model;
    const { length: count } = natures;
    const nowMs = clock.now();
    const deadlineMs = nowMs + timeoutMs;
    const { undispatched, unforeseenMs } = batcher;
    const coming = {
      count,
      deadlineMs,
      undispatched,
      isDraining,
      lanes,
      speed,
      unforeseenMs,
      nowMs,
    };
    const expected = expectedRefusal(coming, limits, curve);
    try {
      const accepted = batcher.accept(count, deadlineMs);
      check(accepted.length === count, 'accepted whole');
      check(!isSteady || expected === undefined, `accepted, not refused with ${expected}`);
      return accepted.map((item, i) => this.#track(item, natures[i] ?? 'well'));
    } catch (error) {
      const { name } = error as Error;
      check(!isSteady || name === expected, `refused with ${name}, not ${expected}`);
      check(batcher.undispatched === undispatched, 'refused whole');
      return [];
    }
  }

  /** Enqueues one of the items that are not enqueued yet; its client may have disconnected. */
  enqueue(index = 0): void {
    const [one] = this.#decoding.splice(index % Math.max(1, this.#decoding.length), 1);
    if (one) this.#enter(one);
  }

  enqueueAll(items: readonly ModelItem[] = [...this.#decoding]): void {
    for (const one of items) this.enqueue(this.#decoding.indexOf(one));
  }

  /** Cancels one of the latest items, settled or not. */
  cancel(index: number): void {
    const last = this.items.slice(-8);
    const one = last[index % Math.max(1, last.length)];
    if (!one) return;
    if (one.item.state !== 'settled') one.isCancelled = true;
    this.#model.batcher.cancel(one.item);
  }

  released(input: number): void {
    const one = this.itemOf(input);
    one.released++;
    const isBeingRead = this.#model.lanes.some(({ current }) => current?.items.includes(one));
    this.#model.check(!isBeingRead, 'an input is not released while a lane reads it');
  }

  #track(item: ModelItem['item'], nature: Nature): ModelItem {
    const one: ModelItem = {
      item,
      nature,
      input: undefined,
      isCancelled: false,
      batch: undefined,
      released: 0,
      ended: [],
    };
    for (const list of [this.items, this.live, this.#decoding]) list.push(one);
    item.settled.then(
      (settlement) => one.ended.push(settlement),
      (error: Error) => one.ended.push(error),
    );
    return one;
  }

  #enter(one: ModelItem): void {
    one.input = this.#byInput.length;
    this.#byInput.push(one);
    if (!this.live.includes(one)) this.live.push(one);
    const { batcher, clock, check } = this.#model;
    batcher.enqueue(one.item, one.input);
    const isLate = clock.now() >= one.item.deadlineMs;
    check(!isLate || one.item.state === 'settled', 'who is late does not enter');
  }
}
