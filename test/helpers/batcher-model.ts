import {
  Batcher,
  type BatchLimits,
  DeadlineExceededError,
  DrainingError,
  type Item,
  QueueFullError,
  type RunBatch,
} from '../../src/batcher/index.js';
import { ManualClock } from './manual-clock.js';
import { PuppetLane } from './puppet-lane.js';

/** Something that happens to a batcher. Numbers that pick an item or a lane wrap around. */
export type Happening =
  | { readonly kind: 'accept'; readonly count: number; readonly timeoutMs: number }
  | { readonly kind: 'enqueue' | 'cancel'; readonly item: number }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'finish' | 'fail'; readonly lane: number }
  | { readonly kind: 'reconfigure'; readonly limits: BatchLimits }
  | { readonly kind: 'drain' };

interface Tracked {
  readonly item: Item<number, number>;
  readonly deadlineMs: number;
  entered: number | undefined;
  cancelled: boolean;
  /** How it was settled, each time. */
  readonly ended: string[];
}

function check(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

/** A batcher on virtual time, and after every happening a look at all that must hold. */
export class BatcherModel {
  readonly clock = new ManualClock();
  readonly #lanes: PuppetLane<number>[];
  readonly #batcher: Batcher<number, number>;
  readonly #tracked: Tracked[] = [];
  #limits: BatchLimits;
  #isDraining = false;
  #drained = false;
  #violation: unknown;
  #enqueued = 0;
  #lastDispatched = -1;

  constructor(limits: BatchLimits, lanes: number) {
    this.#limits = limits;
    this.#lanes = Array.from({ length: lanes }, () => new PuppetLane<number>());
    // What a lane throws would only fail its batch; what is found there is kept for the next look.
    const runs = this.#lanes.map(
      ({ run }): RunBatch<number, number> =>
        (inputs) => {
          try {
            this.#lookAtBatch(inputs);
          } catch (error) {
            this.#violation ??= error;
          }
          return run(inputs);
        },
    );
    this.#batcher = new Batcher({ clock: this.clock, limits, lanes: runs });
  }

  async apply(happening: Happening): Promise<void> {
    switch (happening.kind) {
      case 'accept':
        this.#accept(happening.count, happening.timeoutMs);
        break;
      case 'enqueue':
        this.#enqueue(this.#pick(happening.item));
        break;
      case 'cancel': {
        const one = this.#pick(happening.item);
        if (!one) break;
        if (one.item.state !== 'dispatched') one.cancelled = true;
        this.#batcher.cancel(one.item);
        break;
      }
      case 'advance':
        this.clock.advance(happening.ms);
        break;
      case 'finish':
        await this.#lane(happening.lane).finish();
        break;
      case 'fail':
        await this.#lane(happening.lane).fail(new Error('lane'));
        break;
      case 'reconfigure':
        this.#limits = happening.limits;
        this.#batcher.reconfigure(happening.limits);
        break;
      case 'drain':
        this.#isDraining = true;
        void this.#batcher.drain().then(() => {
          this.#drained = true;
        });
        break;
    }
    await this.#look();
  }

  /** Drains and lets every lane finish: all must be settled, each item once, and no timer left. */
  async end(): Promise<void> {
    await this.apply({ kind: 'drain' });
    for (let round = 0; round < 1000 && this.#batcher.unsettled > 0; round++) {
      for (const one of this.#tracked) this.#enqueue(one);
      for (const lane of this.#lanes) await lane.finish();
      await this.#look();
    }
    check(this.#drained, 'the drain ends');
    check(this.#batcher.undispatched === 0, 'nothing is left in the queue');
    check(this.clock.pending === 0, 'no timer is left');
    for (const { ended } of this.#tracked)
      check(ended.length === 1, `settled ${ended.length} times`);
  }

  #accept(count: number, timeoutMs: number): void {
    const before = this.#batcher.undispatched;
    const deadlineMs = this.clock.now() + timeoutMs;
    try {
      for (const item of this.#batcher.accept(count, deadlineMs)) {
        const one: Tracked = { item, deadlineMs, entered: undefined, cancelled: false, ended: [] };
        this.#tracked.push(one);
        item.settled.then(
          () => one.ended.push('ok'),
          (error: Error) => one.ended.push(error.name),
        );
      }
    } catch (error) {
      const isFull = before + count > this.#limits.maxQueueSize;
      const isLate = timeoutMs <= 0;
      const late = isLate ? DeadlineExceededError : QueueFullError;
      check(error instanceof (this.#isDraining ? DrainingError : late), `${error}`);
      check(this.#isDraining || isLate || isFull, 'refused only for a reason');
      check(this.#batcher.undispatched === before, 'refused whole');
    }
  }

  #enqueue(one: Tracked | undefined): void {
    if (!one || one.entered !== undefined || one.item.state !== 'accepted') return;
    one.entered = this.#enqueued++;
    this.#batcher.enqueue(one.item, one.entered);
  }

  #pick(index: number): Tracked | undefined {
    return this.#tracked[index % Math.max(1, this.#tracked.length)];
  }

  #lane(index: number): PuppetLane<number> {
    return this.#lanes[index % this.#lanes.length] as PuppetLane<number>;
  }

  async #look(): Promise<void> {
    await new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
    const now = this.clock.now();
    const { maxBatchSize, maxQueueDelayMs } = this.#limits;
    if (this.#violation !== undefined) throw this.#violation;
    const waiting = this.#tracked.filter(({ item }) => item.state === 'waiting');
    const accepted = this.#tracked.filter(({ item }) => item.state === 'accepted');
    check(this.#batcher.undispatched === waiting.length + accepted.length, 'the books agree');
    if (this.#lanes.some(({ batch }) => batch === undefined)) {
      check(waiting.length < maxBatchSize, 'no full batch waits while a lane is idle');
      check(!this.#isDraining || waiting.length === 0, 'a draining batcher does not wait');
      const oldest = Math.min(...waiting.map(({ item }) => item.enteredMs));
      check(waiting.length === 0 || now < oldest + maxQueueDelayMs, 'the window holds');
    }
    for (const { item, deadlineMs, ended } of this.#tracked) {
      check(now < deadlineMs || item.state === 'settled', 'settled by its deadline');
      check(ended.length <= 1, 'settled once');
    }
  }

  /** A batch as it leaves: its size, its order, and that nobody in it has gone. */
  #lookAtBatch(batch: readonly number[]): void {
    const now = this.clock.now();
    check(batch.length >= 1 && batch.length <= this.#limits.maxBatchSize, 'the batch size holds');
    for (const input of batch) {
      check(input > this.#lastDispatched, 'first in, first out');
      this.#lastDispatched = input;
      const one = this.#tracked.find(({ entered }) => entered === input);
      check(one !== undefined && !one.cancelled && now < one.deadlineMs, 'who has gone is not run');
    }
  }
}
