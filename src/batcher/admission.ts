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

/** What is known about items in advance. */
export interface Foreseen {
  /** When the operator wants each of them to be finished; there may be no such goal. */
  readonly goalMs?: Millis;
  /** When their inputs are expected; now, if nothing is said. */
  readonly inputsMs?: Millis;
}

/** Items that are to be accepted, all or none. */
export interface Arrival extends Required<Foreseen> {
  readonly count: number;
  /** When each of them must be settled. */
  readonly deadlineMs: Millis;
}

/** The work ahead of items that arrive now. */
export interface Backlog {
  /** Items accepted and not yet dispatched. */
  readonly undispatched: number;
  /** Number of serving lanes. */
  readonly lanes: number;
  /** Whether one of these lanes is idle now. */
  readonly hasIdleLane: boolean;
  /** When the first of these lanes is expected to be idle. */
  readonly nextIdleMs: Millis;
  /** How many times the curve's time the latest runs took; at least 1. */
  readonly slowdown: number;
  /** Items in the latest batches: a mean. */
  readonly usualBatchSize: number;
  /** How much later than expected the latest items were settled, for reasons that are not seen here: a mean. */
  readonly unforeseenMs: Millis;
}

/**
 * Why items that arrive now must be refused; undefined if they need not be.
 *
 * @param expectedMs when the last of them is expected to be finished
 */
export function refusal(
  arrival: Arrival,
  backlog: Backlog,
  limits: BatchLimits,
  curve: LatencyCurve,
  now: Millis,
  expectedMs: Millis,
): Error | undefined {
  if (backlog.lanes === 0) return new EngineUnavailableError(PROBE_INTERVAL_MS);
  const waitMs = Math.max(backlogMs(backlog, limits, curve), arrival.inputsMs - now);
  if (backlog.undispatched + arrival.count > limits.maxQueueSize) {
    return new QueueFullError(limits.maxQueueSize, waitMs);
  }
  const finishMs = expectedMs + backlog.unforeseenMs;
  const { deadlineMs, goalMs } = arrival;
  if (finishMs < Math.min(deadlineMs, goalMs)) return undefined;
  // The nearer of the two refuses it.
  return deadlineMs < goalMs ? new DeadlineExceededError(waitMs) : new OverloadedError(waitMs);
}

/**
 * When the last of the items is expected to be finished. Behind other work, runs are expected to be as slow as the
 * latest ones, and batches to grow as large, because other items join them. An idle lane is expected to be as fast as
 * its curve; otherwise a server that was slow for a while would refuse everything and never notice that it is fast again.
 */
export function expectedFinishMs(
  { count, inputsMs }: Arrival,
  { undispatched, lanes, hasIdleLane, nextIdleMs, slowdown, usualBatchSize }: Backlog,
  { maxBatchSize, allowedBatchSizes }: BatchLimits,
  curve: LatencyCurve,
  now: Millis,
): Millis {
  const runMs = (size: number) =>
    curve.msOf(padUp(Math.min(size, maxBatchSize), allowedBatchSizes));
  const batchesBefore = Math.ceil((undispatched + count) / maxBatchSize) - 1;
  const inLastBatch = undispatched + count - batchesBefore * maxBatchSize;
  if (batchesBefore === 0 && hasIdleLane) return Math.max(now, inputsMs) + runMs(count);
  const fullMs = slowdown * runMs(maxBatchSize);
  const idleMs = Math.max(now, nextIdleMs) + Math.floor(batchesBefore / lanes) * fullMs;
  // If some of the items are in a full batch that runs beside the last one, that batch ends later.
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
