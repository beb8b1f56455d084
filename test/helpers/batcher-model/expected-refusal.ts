import type { BatchLimits, LatencyCurve, Millis } from '../../../src/batcher/index.js';
import type { ModelLane } from './model-lane.js';
import { padded } from './padded.js';

/** What is known when `count` items arrive. */
export interface Coming {
  readonly count: number;
  readonly deadlineMs: Millis;
  readonly undispatched: number;
  readonly isDraining: boolean;
  readonly lanes: readonly ModelLane[];
  readonly nowMs: Millis;
}

/** The name of the error with which the items must be refused; undefined if they must be accepted. */
export function expectedRefusal(
  { count, deadlineMs, undispatched, isDraining, lanes, nowMs }: Coming,
  limits: BatchLimits,
  curve: LatencyCurve,
): string | undefined {
  const serving = lanes.filter(({ expected }) => expected === 'serving');
  if (isDraining) return 'DrainingError';
  if (serving.length === 0) return 'EngineUnavailableError';
  if (undispatched + count > limits.maxQueueSize) return 'QueueFullError';
  const idleMs = Math.min(...serving.map((lane) => lane.idleAtMs));
  const startMs = Math.max(nowMs, idleMs);
  const finishMs = startMs + bestCaseMs(count, undispatched, serving.length, limits, curve);
  return finishMs < deadlineMs ? undefined : 'DeadlineExceededError';
}

/**
 * Distributes the items over the lanes, one full batch at a time, and returns when the last of the new ones is done.
 */
function bestCaseMs(
  count: number,
  undispatched: number,
  lanes: number,
  { maxBatchSize, allowedBatchSizes }: BatchLimits,
  curve: LatencyCurve,
): Millis {
  const busyMs = Array.from({ length: lanes }, () => 0);
  let lastMs = 0;
  let before = undispatched;
  let left = undispatched + count;
  for (let lane = 0; left > 0; lane = (lane + 1) % lanes) {
    const size = Math.min(left, maxBatchSize);
    const ofOurs = Math.min(size, Math.max(0, size - before));
    // The last batch may consist of the new items alone, if those before it have left by then.
    const run = size === left ? Math.min(count, size) : maxBatchSize;
    busyMs[lane] = (busyMs[lane] ?? 0) + curve.msOf(padded(run, allowedBatchSizes));
    if (ofOurs > 0) lastMs = Math.max(lastMs, busyMs[lane] ?? 0);
    before -= Math.min(before, size);
    left -= size;
  }
  return lastMs;
}
