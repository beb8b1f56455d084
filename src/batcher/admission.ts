import type { BatchLimits } from './batch-policy.js';
import { padUp } from './batch-size.js';
import type { Millis } from './clock.js';
import { DeadlineExceededError, EngineUnavailableError, QueueFullError } from './errors.js';
import { PROBE_INTERVAL_MS } from './guarded-lane.js';
import type { LatencyCurve } from './latency-curve.js';

/** The work ahead of an item that arrives now. */
export interface Backlog {
  /** Items accepted and not yet dispatched. */
  readonly undispatched: number;
  /** Number of serving lanes. */
  readonly lanes: number;
  /** When the first of these lanes will be idle, according to the curve. */
  readonly nextIdleMs: Millis;
}

/** Why `count` items that arrive now must be refused; undefined if they need not be. */
export function refusal(
  count: number,
  deadlineMs: Millis,
  backlog: Backlog,
  limits: BatchLimits,
  curve: LatencyCurve,
  now: Millis,
): Error | undefined {
  if (backlog.lanes === 0) return new EngineUnavailableError(PROBE_INTERVAL_MS);
  if (backlog.undispatched + count > limits.maxQueueSize) {
    return new QueueFullError(limits.maxQueueSize, backlogMs(backlog, limits, curve));
  }
  const finishMs = earliestFinishMs(count, backlog, limits, curve, now);
  return finishMs < deadlineMs ? undefined : new DeadlineExceededError();
}

/**
 * The earliest time at which the last of `count` items can finish: all items ahead leave in full batches, by the
 * curve.
 */
function earliestFinishMs(
  count: number,
  { undispatched, lanes, nextIdleMs }: Backlog,
  { maxBatchSize, allowedBatchSizes }: BatchLimits,
  curve: LatencyCurve,
  now: Millis,
): Millis {
  const batchesBefore = Math.ceil((undispatched + count) / maxBatchSize) - 1;
  const inLastBatch = undispatched + count - batchesBefore * maxBatchSize;
  const fullMs = curve.msOf(maxBatchSize);
  // If some of the items are in a full batch that runs beside the last one, that batch ends later.
  const hasFullBeside = count > inLastBatch && batchesBefore % lanes > 0;
  const lastMs = curve.msOf(padUp(Math.min(count, inLastBatch), allowedBatchSizes));
  const startMs = Math.max(now, nextIdleMs) + Math.floor(batchesBefore / lanes) * fullMs;
  return startMs + (hasFullBeside ? fullMs : lastMs);
}

/** How long the lanes need for all waiting items, in full batches. */
function backlogMs(
  { undispatched, lanes }: Backlog,
  { maxBatchSize }: BatchLimits,
  curve: LatencyCurve,
): Millis {
  return (Math.ceil(undispatched / maxBatchSize) / lanes) * curve.msOf(maxBatchSize);
}
