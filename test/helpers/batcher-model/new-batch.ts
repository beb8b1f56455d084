import type { BatcherModel } from './batcher-model.js';
import { leaveByMs } from './leave-by.js';
import type { ModelItem } from './model-item.js';
import type { ModelLane } from './model-lane.js';
import { padded } from './padded.js';

/** Checks a batch that leaves: its size, order, lane and reason, and that none of its items is settled. */
export function lookAtNewBatch(
  model: BatcherModel,
  lane: ModelLane,
  items: readonly ModelItem[],
): void {
  const { books, check, limits, lanes } = model;
  const nowMs = model.clock.now();
  const { length: size } = items;
  const leastMs = model.curve.msOf(padded(size, limits.allowedBatchSizes));
  const told = books.lastBatch;
  check(size >= 1 && size <= limits.maxBatchSize, 'the batch size holds');
  check(told?.size === size, 'the batch is told of');
  check(told?.paddedSize === padded(size, limits.allowedBatchSizes), 'its padded size too');
  const first = Math.min(...lanes.filter(({ isIdle }) => isIdle).map((one) => one.idleSince));
  check(lane.isIdle && lane.idleSince === first, 'the lane that has been idle longest is taken');
  for (const { item, input, isCancelled } of items) {
    check(input !== undefined && input > model.lastDispatched, 'first in, first out');
    model.lastDispatched = input ?? model.lastDispatched;
    check(!isCancelled && item.state === 'dispatched', 'who has gone is not run');
    check(nowMs + leastMs < item.deadlineMs, 'who is late is not run');
  }
  lookAtReason(model, items);
}

function lookAtReason(model: BatcherModel, items: readonly ModelItem[]): void {
  const { books, check, limits, isDraining, isSteady, clients } = model;
  const nowMs = model.clock.now();
  const waiting = clients.live.filter(({ item }) => item.state === 'waiting');
  // An item of the batch, or before it, may have been found too late.
  const isWhole = !clients.live.some(({ item }) => item.deadlineMs <= nowMs + model.fullRunMs);
  const enteredMs = items[0]?.item.enteredMs ?? 0;
  switch (books.lastBatch?.reason) {
    case 'full':
      check(!isWhole || items.length === limits.maxBatchSize, 'it is full');
      break;
    case 'drain':
      check(isDraining, 'the batcher drains');
      break;
    case 'idle':
      check(limits.maxQueueDelayMs === 0, 'nobody is held');
      break;
    case 'window':
      if (isWhole && isSteady)
        check(nowMs >= enteredMs + limits.maxQueueDelayMs, 'its window is over');
      break;
    case 'deadline':
      check(waiting.length === 0, 'nobody is left behind for a deadline');
      if (isWhole && isSteady) check(nowMs >= leaveByMs(model, items), 'a deadline is near');
  }
}
