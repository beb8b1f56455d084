import {
  BatchFailedError,
  CancelledError,
  DeadlineExceededError,
  EngineUnavailableError,
  LaneHungError,
  type Millis,
  type Settlement,
} from '../../../src/batcher/index.js';
import { LaneFailedError } from '../../../src/batcher/run-isolated.js';
import { hasPassed, isWarmUp, type ModelItem } from './model-item.js';

/** Whether an item may have ended in this way, given what happened to it. */
export function judge(
  one: ModelItem,
  ended: Settlement<number> | Error,
  isSteady: boolean,
  nowMs: Millis,
  isServed: boolean,
  fullRunMs: Millis,
): boolean {
  const { item, batch, input, nature, isCancelled } = one;
  if (isCancelled) return ended instanceof CancelledError;
  const runs = batch?.runs ?? [];
  const passed = runs.some((run) => run.ended === 'passed' && run.items.includes(one));
  if (!(ended instanceof Error)) {
    const { output, acceptedMs, enteredMs, dispatchedMs, finishedMs, batchSize, reason } = ended;
    const times = [acceptedMs, enteredMs, dispatchedMs, finishedMs];
    const isOrdered = times.every((ms, i) => i === 0 || ms >= (times[i - 1] as number));
    const isItsBatch = batchSize === batch?.items.length && reason === batch.reason;
    const isInTime = finishedMs < item.deadlineMs && (isOrdered || !isSteady);
    return passed && nature === 'well' && output === input && isItsBatch && isInTime;
  }
  if (ended instanceof DeadlineExceededError) {
    // An item that a run would finish too late is not run.
    const leastMs = batch ? 0 : fullRunMs;
    return !isSteady || nowMs + leastMs >= item.deadlineMs;
  }
  if (ended instanceof EngineUnavailableError) return !isServed && !batch;
  if (ended instanceof LaneHungError) return batch?.state === 'hung' && !passed;
  if (!batch) return false;
  if (ended instanceof LaneFailedError) {
    const last = runs.at(-1);
    return last !== undefined && isWarmUp(last) && last.ended === 'failed' && !hasPassed(batch);
  }
  if (ended instanceof BatchFailedError) {
    const isAlone = runs.some(
      ({ items, ended }) => ended === 'failed' && items.length === 1 && items[0] === one,
    );
    return isAlone && hasPassed(batch);
  }
  return passed && nature === 'erroneous' && ended.message === `item ${input}`;
}
