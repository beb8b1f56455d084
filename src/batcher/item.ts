import type { DispatchReason } from './batch-policy.js';
import type { Millis } from './clock.js';

/** How an item ended well: its output, when it passed each stage, and the batch it rode in. */
export interface Settlement<O> {
  readonly output: O;
  readonly acceptedMs: Millis;
  readonly enteredMs: Millis;
  readonly dispatchedMs: Millis;
  readonly finishedMs: Millis;
  readonly batchSize: number;
  readonly reason: DispatchReason;
}

/** `accepted`: its input is still being made. `waiting`: in the queue. `dispatched`: in a batch. */
export type ItemState = 'accepted' | 'waiting' | 'dispatched' | 'settled';

/**
 * One image on its way through, from acceptance to settling. Only the batcher writes to it; everybody else
 * awaits `settled`, which resolves or rejects exactly once.
 */
export class Item<I, O> {
  state: ItemState = 'accepted';
  enteredMs: Millis = 0;
  dispatchedMs: Millis = 0;
  /** Held only while the item waits. */
  input: I | undefined;
  callOffDeadline: () => void = () => {};
  /** Neighbours in the queue that holds the item, if one does. */
  previous: Item<I, O> | undefined;
  next: Item<I, O> | undefined;

  readonly acceptedMs: Millis;
  readonly deadlineMs: Millis;
  readonly settled: Promise<Settlement<O>>;
  resolve!: (settlement: Settlement<O>) => void;
  reject!: (error: Error) => void;

  constructor(acceptedMs: Millis, deadlineMs: Millis) {
    this.acceptedMs = acceptedMs;
    this.deadlineMs = deadlineMs;
    this.settled = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // An item may be settled before anybody awaits it; that is not an unhandled rejection.
    this.settled.catch(() => {});
  }
}
