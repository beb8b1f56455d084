import type { DispatchReason } from './batch-policy.js';
import type { Millis } from './clock.js';

/** The successful end of an item: its output, the time of each stage, and the batch it was in. */
export interface Settlement<O> {
  readonly output: O;
  readonly acceptedMs: Millis;
  readonly enteredMs: Millis;
  readonly dispatchedMs: Millis;
  readonly finishedMs: Millis;
  /** Number of items in the batch, without padding. */
  readonly batchSize: number;
  readonly reason: DispatchReason;
}

/** `accepted`: its input is not ready yet. `waiting`: in the queue. `dispatched`: in a batch. */
export type ItemState = 'accepted' | 'waiting' | 'dispatched' | 'settled';

/**
 * One image, from its acceptance until it is settled. Only the batcher writes to it; all others await `settled`, which
 * resolves or rejects exactly once.
 */
export class Item<I, O> {
  state: ItemState = 'accepted';
  enteredMs: Millis = 0;
  dispatchedMs: Millis = 0;
  batchSize = 0;
  reason: DispatchReason = 'full';
  /** Kept while the item waits, and until its batch has ended. */
  input: I | undefined;
  callOffDeadline: () => void = () => {};
  /** Neighbours in the queue, if the item is in one. */
  previous: Item<I, O> | undefined;
  next: Item<I, O> | undefined;

  readonly acceptedMs: Millis;
  readonly deadlineMs: Millis;
  /** When it was expected to be finished. */
  readonly expectedMs: Millis;
  readonly settled: Promise<Settlement<O>>;
  #resolve!: (settlement: Settlement<O>) => void;
  #reject!: (error: Error) => void;

  constructor(acceptedMs: Millis, deadlineMs: Millis, expectedMs: Millis) {
    this.acceptedMs = acceptedMs;
    this.deadlineMs = deadlineMs;
    this.expectedMs = expectedMs;
    this.settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // An item may be settled before anything awaits it; that must not be an unhandled rejection.
    this.settled.catch(() => {});
  }

  /** Marks the item as dispatched in a batch of `batchSize`. */
  dispatch(nowMs: Millis, batchSize: number, reason: DispatchReason): void {
    this.state = 'dispatched';
    this.dispatchedMs = nowMs;
    this.batchSize = batchSize;
    this.reason = reason;
  }

  /** The settlement of the item if it ends successfully now. */
  settlement(output: O, finishedMs: Millis): Settlement<O> {
    const { acceptedMs, enteredMs, dispatchedMs, batchSize, reason } = this;
    return { output, acceptedMs, enteredMs, dispatchedMs, finishedMs, batchSize, reason };
  }

  settle(ended: Settlement<O> | Error): void {
    this.state = 'settled';
    this.callOffDeadline();
    if (ended instanceof Error) this.#reject(ended);
    else this.#resolve(ended);
  }
}
