import { expectedFinishMs, type Foreseen, refusal } from './admission.js';
import type { BatchLane } from './batch-lane.js';
import { type BatchLimits, type DispatchReason, nextAction } from './batch-policy.js';
import { padUp } from './batch-size.js';
import { type BatcherObserver, SILENT } from './batcher-observer.js';
import type { Clock, Millis } from './clock.js';
import {
  CancelledError,
  DeadlineExceededError,
  DrainingError,
  EngineUnavailableError,
} from './errors.js';
import { PROBE_INTERVAL_MS } from './guarded-lane.js';
import { Item, type Settlement } from './item.js';
import { ItemQueue } from './item-queue.js';
import { LaneSet } from './lane-set.js';
import { LatencyCurve } from './latency-curve.js';
import { Lateness } from './lateness.js';
import { WakeTimer } from './wake-timer.js';

/** How much the latest batch counts in the usual size. */
const BATCH_SIZE_WEIGHT = 0.25;

export interface BatcherOptions<I, O> {
  readonly clock: Clock;
  readonly limits: BatchLimits;
  readonly lanes: readonly BatchLane<I, O>[];
  /** The latency curve of each lane. Without one, nothing is predicted, and padding costs nothing. */
  readonly curve?: LatencyCurve;
  readonly observer?: BatcherObserver<O>;
  /** Takes back an input that is no longer needed. */
  readonly release?: (input: I) => void;
}

/**
 * Gathers items into batches and gives each batch to the lane that has been idle longest. Performs the actions that
 * `nextAction` returns, and accounts for every item: each accepted item is settled exactly once.
 */
export class Batcher<I, O> {
  readonly #clock: Clock;
  readonly #curve: LatencyCurve;
  readonly #lanes: LaneSet<I, O>;
  readonly #observer: BatcherObserver<O>;
  readonly #release: (input: I) => void;
  readonly #queue = new ItemQueue<I, O>();
  readonly #earliestDeadlineMs = () => this.#queue.earliestDeadlineMs();
  readonly #wakeTimer: WakeTimer;
  #limits: BatchLimits;
  /** Of the latest batches: a mean that forgets. */
  #usualBatchSize = 0;
  readonly #lateness = new Lateness();
  #undispatched = 0;
  #unsettled = 0;
  #batchesRunning = 0;
  #draining = false;
  /** Called when the drain is complete. */
  readonly #drained: (() => void)[] = [];

  constructor(options: BatcherOptions<I, O>) {
    this.#clock = options.clock;
    this.#limits = options.limits;
    this.#curve = options.curve ?? new LatencyCurve([]);
    this.#observer = options.observer ?? SILENT;
    this.#release = options.release ?? (() => {});
    const pump = () => this.#pump();
    this.#lanes = new LaneSet(options.lanes, this.#clock, this.#curve, this.#observer, pump);
    this.#wakeTimer = new WakeTimer(this.#clock, pump);
  }

  /** Items accepted and not yet dispatched; never more than `maxQueueSize`. */
  get undispatched(): number {
    return this.#undispatched;
  }

  /** When the input of an item must be here if its answer is to be in time. */
  neededByMs(item: Item<I, O>): Millis {
    return item.deadlineMs - this.#curve.msOf(padUp(1, this.#limits.allowedBatchSizes));
  }

  /**
   * How much later than expected the latest items were settled: what the batcher cannot see kept them waiting, for
   * instance the main thread. 0 while there are no items: it may be over.
   */
  get unforeseenMs(): Millis {
    return this.#unsettled > 0 ? this.#lateness.meanMs : 0;
  }

  /** Items accepted and not yet settled. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /**
   * Checks whether `count` more items would be accepted now, for callers that want to know before their bytes arrive.
   *
   * @throws {DrainingError}
   * @throws {EngineUnavailableError}
   * @throws {QueueFullError}
   * @throws {DeadlineExceededError} the deadline has passed, or is not expected to be met
   * @throws {OverloadedError} the goal is not expected to be met
   */
  admit(count: number, deadlineMs: Millis, foreseen?: Foreseen): void {
    this.#expectedFinishMs(count, deadlineMs, foreseen);
  }

  /**
   * Accepts `count` items, all or none, before their inputs exist. Each is settled by `deadlineMs` at the
   * latest.
   *
   * @throws as `admit`
   */
  accept(count: number, deadlineMs: Millis, foreseen?: Foreseen): Item<I, O>[] {
    const expectedMs = this.#expectedFinishMs(count, deadlineMs, foreseen);
    const now = this.#clock.now();
    this.#undispatched += count;
    this.#unsettled += count;
    this.#observer.accepted(count);
    return Array.from({ length: count }, () => {
      const item = new Item<I, O>(now, deadlineMs, expectedMs);
      item.callOffDeadline = this.#clock.schedule(deadlineMs - now, () =>
        this.fail(item, new DeadlineExceededError()),
      );
      return item;
    });
  }

  /** @throws as `admit` */
  #expectedFinishMs(count: number, deadlineMs: Millis, foreseen: Foreseen = {}): Millis {
    if (this.#draining) throw new DrainingError();
    const now = this.#clock.now();
    const { goalMs = Number.POSITIVE_INFINITY, inputsMs = now } = foreseen;
    const arrival = { count, deadlineMs, goalMs, inputsMs };
    const backlog = {
      undispatched: this.#undispatched,
      lanes: this.#lanes.serving,
      hasIdleLane: this.#lanes.hasIdle,
      nextIdleMs: this.#lanes.nextIdleMs,
      slowdown: this.#lanes.slowdown,
      usualBatchSize: this.#usualBatchSize,
      unforeseenMs: this.unforeseenMs,
    };
    const expectedMs = expectedFinishMs(arrival, backlog, this.#limits, this.#curve, now);
    const error = refusal(arrival, backlog, this.#limits, this.#curve, now, expectedMs);
    if (error) throw error;
    return expectedMs;
  }

  /** Puts an accepted item into the queue, unless it is already settled or its deadline has passed. */
  enqueue(item: Item<I, O>, input: I): void {
    const now = this.#clock.now();
    if (item.state === 'accepted' && now >= item.deadlineMs) {
      this.fail(item, new DeadlineExceededError());
    }
    if (item.state !== 'accepted') {
      this.#release(input);
      return;
    }
    item.state = 'waiting';
    item.input = input;
    item.enteredMs = now;
    this.#queue.add(item);
    this.#pump();
  }

  /** Settles an item with an error, wherever it is. If it is in a running batch, its output is dropped. */
  fail(item: Item<I, O>, error: Error): void {
    if (item.state === 'settled') return;
    if (item.state === 'waiting') {
      this.#queue.remove(item);
      this.#releaseInput(item);
    }
    if (item.state !== 'dispatched') this.#undispatched--;
    this.#settle(item, error);
    this.#pump();
  }

  /** Settles an item whose result is no longer wanted. */
  cancel(item: Item<I, O>): void {
    this.fail(item, new CancelledError());
  }

  /** Applies `limits` to batches formed from now on; a batch never mixes two configurations. */
  reconfigure(limits: BatchLimits): void {
    this.#limits = limits;
    this.#pump();
  }

  /**
   * Accepts no more items. Resolves when every accepted item is settled and no batch runs: a lane must not be ended
   * inside a run, even if no item waits for its result.
   */
  drain(): Promise<void> {
    this.#draining = true;
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      this.#pump();
    });
  }

  /** Performs the policy's actions until it says to wait. */
  #pump(): void {
    if (this.#lanes.serving === 0) this.#failWaiting();
    for (;;) {
      const oldest = this.#queue.oldest;
      const view = {
        waiting: this.#queue.size,
        oldestEnteredMs: oldest === undefined ? 0 : oldest.enteredMs,
        earliestDeadlineMs: this.#earliestDeadlineMs,
        hasIdleLane: this.#lanes.hasIdle,
        draining: this.#draining,
      };
      const action = nextAction(view, this.#limits, this.#curve, this.#clock.now());
      if (action.kind !== 'dispatch') {
        this.#wakeTimer.set(action.kind === 'wait' ? action.untilMs : undefined);
        break;
      }
      this.#dispatch(action.size, action.reason);
    }
    const isDrained = this.#draining && this.#unsettled === 0 && this.#batchesRunning === 0;
    if (isDrained) for (const resolve of this.#drained) resolve();
  }

  /** No lane will run the waiting items soon, so their clients are told at once. */
  #failWaiting(): void {
    for (const item of this.#queue.take(this.#queue.size)) {
      this.#undispatched--;
      this.#releaseInput(item);
      this.#settle(item, new EngineUnavailableError(PROBE_INTERVAL_MS));
    }
  }

  #dispatch(size: number, reason: DispatchReason): void {
    const now = this.#clock.now();
    const taken = this.#queue.take(size);
    this.#undispatched -= taken.length;
    const { allowedBatchSizes } = this.#limits;
    const leastMs = this.#curve.msOf(padUp(taken.length, allowedBatchSizes));
    const usualMs = this.#lanes.slowdown * leastMs;
    // Items that would be late make room for others; without others, the lane may be faster than it was.
    const hasOthers = this.#queue.size > 0 || taken.some((item) => now + usualMs < item.deadlineMs);
    const finishMs = now + (hasOthers ? usualMs : leastMs);
    const batch = taken.filter((item) => !this.#expire(item, finishMs));
    if (batch.length === 0) return;
    for (const item of batch) item.dispatch(now, batch.length, reason);
    this.#usualBatchSize += BATCH_SIZE_WEIGHT * (batch.length - this.#usualBatchSize);
    this.#observer.dispatched(batch.length, padUp(batch.length, allowedBatchSizes), reason);
    void this.#run(batch, (size) => padUp(size, allowedBatchSizes));
  }

  /** Settles an item that would finish too late. */
  #expire(item: Item<I, O>, finishMs: Millis): boolean {
    if (finishMs < item.deadlineMs) return false;
    this.#releaseInput(item);
    this.#settle(item, new DeadlineExceededError());
    return true;
  }

  async #run(batch: readonly Item<I, O>[], padUp: (size: number) => number): Promise<void> {
    this.#batchesRunning++;
    const isOver = await this.#lanes.run(batch, padUp, (item, outcome) =>
      this.#finish(item, outcome),
    );
    this.#batchesRunning--;
    if (isOver) for (const item of batch) this.#releaseInput(item);
    this.#pump();
  }

  #finish(item: Item<I, O>, outcome: O | Error): void {
    const finishedMs = this.#clock.now();
    if (outcome instanceof Error) this.#settle(item, outcome);
    else if (finishedMs >= item.deadlineMs) this.#settle(item, new DeadlineExceededError());
    else this.#settle(item, item.settlement(outcome, finishedMs));
  }

  #settle(item: Item<I, O>, ended: Settlement<O> | Error): void {
    if (!(ended instanceof Error) || ended instanceof DeadlineExceededError) {
      this.#lateness.saw(this.#clock.now() - item.expectedMs);
    }
    this.#unsettled--;
    this.#observer.settled(ended);
    item.settle(ended);
  }

  #releaseInput(item: Item<I, O>): void {
    this.#release(item.input as I);
    item.input = undefined;
  }
}
