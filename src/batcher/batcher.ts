import { type BatchLimits, type DispatchReason, nextAction } from './batch-policy.js';
import type { Clock, Millis } from './clock.js';
import {
  BatchFailedError,
  CancelledError,
  DeadlineExceededError,
  DrainingError,
  QueueFullError,
} from './errors.js';
import { Item } from './item.js';
import { ItemQueue } from './item-queue.js';

/**
 * Runs one batch on one lane: one output for each input, in order. Called again only after the returned
 * promise has settled. A rejection fails the whole batch.
 */
export type RunBatch<I, O> = (inputs: readonly I[]) => Promise<readonly O[]>;

export interface BatcherOptions<I, O> {
  readonly clock: Clock;
  readonly limits: BatchLimits;
  /** One function for each lane. */
  readonly lanes: readonly RunBatch<I, O>[];
}

/**
 * Gathers items into batches and gives each batch to the lane that has been idle longest. Performs what
 * `nextAction` says and keeps the books: every accepted item is settled exactly once.
 */
export class Batcher<I, O> {
  readonly #clock: Clock;
  #limits: BatchLimits;
  /** Longest idle first. */
  readonly #idleLanes: RunBatch<I, O>[];
  readonly #queue = new ItemQueue<I, O>();
  #undispatched = 0;
  #unsettled = 0;
  #draining = false;
  #drained: (() => void) | undefined;
  #callOffWake: () => void = () => {};
  #wakeAtMs: Millis | undefined;

  constructor({ clock, limits, lanes }: BatcherOptions<I, O>) {
    this.#clock = clock;
    this.#limits = limits;
    this.#idleLanes = [...lanes];
  }

  /** Items accepted and not yet dispatched; never more than `maxQueueSize`. */
  get undispatched(): number {
    return this.#undispatched;
  }

  /** Items accepted and not yet settled. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /**
   * Accepts `count` items, all or none, before their inputs exist; each is settled by `deadlineMs` at the
   * latest.
   *
   * @throws {DrainingError} {DeadlineExceededError} {QueueFullError}
   */
  accept(count: number, deadlineMs: Millis): Item<I, O>[] {
    if (this.#draining) throw new DrainingError();
    const now = this.#clock.now();
    if (now >= deadlineMs) throw new DeadlineExceededError();
    if (this.#undispatched + count > this.#limits.maxQueueSize) {
      throw new QueueFullError(this.#limits.maxQueueSize);
    }
    this.#undispatched += count;
    this.#unsettled += count;
    return Array.from({ length: count }, () => {
      const item = new Item<I, O>(now, deadlineMs);
      item.callOffDeadline = this.#clock.schedule(deadlineMs - now, () =>
        this.fail(item, new DeadlineExceededError()),
      );
      return item;
    });
  }

  /** Puts an accepted item into the queue. Returns false, and does nothing, if it is settled already. */
  enqueue(item: Item<I, O>, input: I): boolean {
    if (item.state !== 'accepted') return false;
    item.state = 'waiting';
    item.input = input;
    item.enteredMs = this.#clock.now();
    this.#queue.add(item);
    this.#pump();
    return true;
  }

  /** Settles an item with an error, wherever it is. In a running batch its output is dropped. */
  fail(item: Item<I, O>, error: Error): void {
    if (item.state === 'settled') return;
    if (item.state === 'waiting') this.#queue.remove(item);
    if (item.state !== 'dispatched') this.#undispatched--;
    this.#settle(item);
    item.reject(error);
    this.#pump();
  }

  /** Settles an item nobody waits for any more. */
  cancel(item: Item<I, O>): void {
    this.fail(item, new CancelledError());
  }

  /** Batches formed from now on obey `limits`; a batch never sees two configurations. */
  reconfigure(limits: BatchLimits): void {
    this.#limits = limits;
    this.#pump();
  }

  /** Accepts nothing more; resolves when every accepted item is settled. */
  drain(): Promise<void> {
    this.#draining = true;
    return new Promise((resolve) => {
      this.#drained = resolve;
      this.#pump();
    });
  }

  /** Performs what the policy says until it says to wait. */
  #pump(): void {
    for (;;) {
      const oldest = this.#queue.oldest;
      const view = {
        waiting: this.#queue.size,
        oldestEnteredMs: oldest === undefined ? 0 : oldest.enteredMs,
        hasIdleLane: this.#idleLanes.length > 0,
        draining: this.#draining,
      };
      const action = nextAction(view, this.#limits, this.#clock.now());
      if (action.kind !== 'dispatch') {
        this.#wakeAt(action.kind === 'wait' ? action.untilMs : undefined);
        break;
      }
      this.#dispatch(action.size, action.reason);
    }
    if (this.#draining && this.#unsettled === 0) this.#drained?.();
  }

  #wakeAt(untilMs: Millis | undefined): void {
    if (untilMs === this.#wakeAtMs) return;
    this.#callOffWake();
    this.#wakeAtMs = untilMs;
    if (untilMs === undefined) return;
    this.#callOffWake = this.#clock.schedule(untilMs - this.#clock.now(), () => {
      this.#wakeAtMs = undefined;
      this.#pump();
    });
  }

  #dispatch(size: number, reason: DispatchReason): void {
    const now = this.#clock.now();
    const taken = this.#queue.take(size);
    this.#undispatched -= taken.length;
    const batch = taken.filter((item) => !this.#expire(item, now));
    if (batch.length === 0) return;
    const run = this.#idleLanes.shift();
    if (run === undefined) throw new Error('dispatch without an idle lane. This is a bug.');
    const inputs = batch.map((item) => {
      item.state = 'dispatched';
      item.dispatchedMs = now;
      const input = item.input as I;
      item.input = undefined;
      return input;
    });
    void this.#run(run, batch, inputs, reason);
  }

  /** Two timers of one tick run one after the other: an item may be past its deadline and not yet know. */
  #expire(item: Item<I, O>, now: Millis): boolean {
    if (now < item.deadlineMs) return false;
    this.#settle(item);
    item.reject(new DeadlineExceededError());
    return true;
  }

  async #run(
    run: RunBatch<I, O>,
    batch: readonly Item<I, O>[],
    inputs: readonly I[],
    reason: DispatchReason,
  ): Promise<void> {
    try {
      const outputs = await run(inputs);
      if (outputs.length !== batch.length) {
        throw new Error(`${outputs.length} outputs for ${batch.length} inputs. This is a bug.`);
      }
      const finishedMs = this.#clock.now();
      batch.forEach((item, i) => {
        if (item.state === 'settled') return;
        this.#settle(item);
        item.resolve({
          output: outputs[i] as O,
          acceptedMs: item.acceptedMs,
          enteredMs: item.enteredMs,
          dispatchedMs: item.dispatchedMs,
          finishedMs,
          batchSize: batch.length,
          reason,
        });
      });
    } catch (cause) {
      for (const item of batch) {
        this.fail(item, new BatchFailedError('the batch failed', { cause }));
      }
    }
    this.#idleLanes.push(run);
    this.#pump();
  }

  #settle(item: Item<I, O>): void {
    item.state = 'settled';
    item.callOffDeadline();
    this.#unsettled--;
  }
}
