import type { LaneObserver } from './batch-lane.js';
import type { DispatchReason } from './batch-policy.js';
import type { Settlement } from './item.js';

/** Gets the batcher's events as they happen: enough to account for every item. */
export interface BatcherObserver<O> extends LaneObserver {
  accepted(count: number): void;
  /** An accepted item has ended, with a result or an error. */
  settled(ended: Settlement<O> | Error): void;
  dispatched(size: number, paddedSize: number, reason: DispatchReason): void;
}

/** Ignores all events. */
export const SILENT: BatcherObserver<unknown> = {
  accepted() {},
  settled() {},
  dispatched() {},
  ran() {},
  laneChanged() {},
};
