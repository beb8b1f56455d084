import type { LaneObserver } from './batch-lane.js';
import type { DispatchReason } from './batch-policy.js';
import type { Settlement } from './item.js';

/** What the batcher tells as it happens: enough to keep its books from outside. */
export interface BatcherObserver<O> extends LaneObserver {
  accepted(count: number): void;
  /** One accepted item has ended: well, or with an error. */
  settled(ended: Settlement<O> | Error): void;
  dispatched(size: number, paddedSize: number, reason: DispatchReason): void;
}

/** For who does not listen. */
export const SILENT: BatcherObserver<unknown> = {
  accepted() {},
  settled() {},
  dispatched() {},
  ran() {},
  laneChanged() {},
};
