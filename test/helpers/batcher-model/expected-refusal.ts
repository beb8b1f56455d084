import type { BatchLimits, LatencyCurve, Millis } from '../../../src/batcher/index.js';
import type { ModelLane } from './model-lane.js';
import type { ModelSpeed } from './model-speed.js';
import { padded } from './padded.js';

/** What is known when `count` items arrive. */
export interface Coming {
  readonly count: number;
  readonly deadlineMs: Millis;
  readonly undispatched: number;
  readonly isDraining: boolean;
  readonly lanes: readonly ModelLane[];
  readonly speed: ModelSpeed;
  /** How much later than expected items have been. */
  readonly unforeseenMs: Millis;
  readonly nowMs: Millis;
}

/** The name of the error with which they must be refused, if any. */
export function expectedRefusal(
  coming: Coming,
  limits: BatchLimits,
  curve: LatencyCurve,
): string | undefined {
  const { count, deadlineMs, undispatched, isDraining, lanes } = coming;
  const serving = lanes.filter(({ expected }) => expected === 'serving');
  if (isDraining) return 'DrainingError';
  if (serving.length === 0) return 'EngineUnavailableError';
  if (undispatched + count > limits.maxQueueSize) return 'QueueFullError';
  const finishMs = expectedFinishMs(coming, serving, limits, curve) + coming.unforeseenMs;
  return finishMs < deadlineMs ? undefined : 'DeadlineExceededError';
}

/** Deals the items out to the lanes, a full batch each in turn, and says when the last of the new ones is done. */
function expectedFinishMs(
  { count, undispatched, nowMs, speed }: Coming,
  serving: readonly ModelLane[],
  { maxBatchSize, allowedBatchSizes }: BatchLimits,
  curve: LatencyCurve,
): Millis {
  const isIdle = serving.some((lane) => lane.isIdle);
  if (isIdle && undispatched + count <= maxBatchSize) {
    return nowMs + curve.msOf(padded(count, allowedBatchSizes));
  }
  const firstMs = Math.max(nowMs, Math.min(...serving.map(({ idleAtMs }) => idleAtMs)));
  const endMs = serving.map(() => firstMs);
  let lastMs = 0;
  for (let left = undispatched + count, lane = 0; left > 0; lane = (lane + 1) % endMs.length) {
    const isLast = left <= maxBatchSize;
    const size = isLast
      ? Math.min(maxBatchSize, Math.max(left, speed.usualBatchSize))
      : maxBatchSize;
    const runMs = speed.slowdown * curve.msOf(padded(size, allowedBatchSizes));
    const batchEndMs = (endMs[lane] ?? 0) + runMs;
    endMs[lane] = batchEndMs;
    left -= maxBatchSize;
    const holdsNewItems = left < count;
    if (holdsNewItems) lastMs = Math.max(lastMs, batchEndMs);
  }
  return lastMs;
}
