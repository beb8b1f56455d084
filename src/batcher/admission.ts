import type { BatchLimits } from './batch-policy.js';
import { padUp } from './batch-size.js';
import type { Millis } from './clock.js';
import {
  DeadlineExceededError,
  EngineUnavailableError,
  OverloadedError,
  QueueFullError,
} from './errors.js';
import { PROBE_INTERVAL_MS } from './guarded-lane.js';
import type { LatencyCurve } from './latency-curve.js';

<<<<<<< HEAD
/** What is known of items beforehand. */
export interface Foreseen {
  /** When the operator wants each of them to be finished; there may be no such goal. */
  readonly goalMs?: Millis;
  /** When their inputs are expected; now, if nothing is said. */
  readonly inputsMs?: Millis;
}

/** Items that ask to be accepted, all or none. */
export interface Arrival extends Required<Foreseen> {
  readonly count: number;
  /** When each of them must be settled: their client waits no longer. */
  readonly deadlineMs: Millis;
}

/** What lies before items that arrive now. */
=======
/** The work ahead of an item that arrives now. */
>>>>>>> main
export interface Backlog {
  /** Items accepted and not yet dispatched. */
  readonly undispatched: number;
  /** Number of serving lanes. */
  readonly lanes: number;
<<<<<<< HEAD
  /** Whether one of them is idle now. */
  readonly hasIdleLane: boolean;
  /** When the first of them is expected to be idle. */
=======
  /** When the first of these lanes will be idle, according to the curve. */
>>>>>>> main
  readonly nextIdleMs: Millis;
  /** How many times the curve's time the latest runs took; at least 1. */
  readonly slowdown: number;
  /** Items in the latest batches: a mean. */
  readonly usualBatchSize: number;
}

<<<<<<< HEAD
/** Why items that arrive now are refused, if they are. */
=======
/** Why `count` items that arrive now must be refused; undefined if they need not be. */
>>>>>>> main
export function refusal(
  arrival: Arrival,
  backlog: Backlog,
  limits: BatchLimits,
  curve: LatencyCurve,
  now: Millis,
): Error | undefined {
  if (backlog.lanes === 0) return new EngineUnavailableError(PROBE_INTERVAL_MS);
  const waitMs = Math.max(backlogMs(backlog, limits, curve), arrival.inputsMs - now);
  if (backlog.undispatched + arrival.count > limits.maxQueueSize) {
    return new QueueFullError(limits.maxQueueSize, waitMs);
  }
  const finishMs = expectedFinishMs(arrival, backlog, limits, curve, now);
  const { deadlineMs, goalMs } = arrival;
  if (finishMs < Math.min(deadlineMs, goalMs)) return undefined;
  // The nearer of the two refuses it.
  return deadlineMs < goalMs ? new DeadlineExceededError(waitMs) : new OverloadedError(waitMs);
}

/**
<<<<<<< HEAD
 * When the last of the items is expected to be finished. Behind other work, runs are taken to be as slow as the latest
 * ones, and batches to grow as large, since others join them. An idle lane is taken to be as fast as its curve: a
 * server that was slow for a while would otherwise refuse everything and never notice that it is fast again.
 */
function expectedFinishMs(
  { count, inputsMs }: Arrival,
  { undispatched, lanes, hasIdleLane, nextIdleMs, slowdown, usualBatchSize }: Backlog,
=======
 * The earliest time at which the last of `count` items can finish: all items ahead leave in full batches, by the
 * curve.
 */
function earliestFinishMs(
  count: number,
  { undispatched, lanes, nextIdleMs }: Backlog,
>>>>>>> main
  { maxBatchSize, allowedBatchSizes }: BatchLimits,
  curve: LatencyCurve,
  now: Millis,
): Millis {
  const runMs = (size: number) =>
    curve.msOf(padUp(Math.min(size, maxBatchSize), allowedBatchSizes));
  const batchesBefore = Math.ceil((undispatched + count) / maxBatchSize) - 1;
  const inLastBatch = undispatched + count - batchesBefore * maxBatchSize;
<<<<<<< HEAD
  if (batchesBefore === 0 && hasIdleLane) return Math.max(now, inputsMs) + runMs(count);
  const fullMs = slowdown * runMs(maxBatchSize);
  const idleMs = Math.max(now, nextIdleMs) + Math.floor(batchesBefore / lanes) * fullMs;
  // A full batch beside the last one that holds some of them too ends after it.
=======
  const fullMs = curve.msOf(maxBatchSize);
  // If some of the items are in a full batch that runs beside the last one, that batch ends later.
>>>>>>> main
  const hasFullBeside = count > inLastBatch && batchesBefore % lanes > 0;
  const lastMs = hasFullBeside ? fullMs : slowdown * runMs(Math.max(inLastBatch, usualBatchSize));
  return Math.max(idleMs, inputsMs) + lastMs;
}

/** How long the lanes need for all waiting items, in full batches. */
function backlogMs(
  { undispatched, lanes, slowdown }: Backlog,
  { maxBatchSize }: BatchLimits,
  curve: LatencyCurve,
): Millis {
  return (Math.ceil(undispatched / maxBatchSize) / lanes) * slowdown * curve.msOf(maxBatchSize);
}
