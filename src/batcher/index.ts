export type { BatchLimits, DispatchReason } from './batch-policy.js';
export { Batcher, type RunBatch } from './batcher.js';
export type { Clock, Millis } from './clock.js';
export {
  BatchFailedError,
  CancelledError,
  DeadlineExceededError,
  DrainingError,
  QueueFullError,
} from './errors.js';
export type { Item, Settlement } from './item.js';
