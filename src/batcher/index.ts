export type { Foreseen } from './admission.js';
export type { BatchLane, LaneObserver, LaneState } from './batch-lane.js';
export { type BatchLimits, DISPATCH_REASONS, type DispatchReason } from './batch-policy.js';
export { Batcher } from './batcher.js';
export { type BatcherObserver, SILENT } from './batcher-observer.js';
export type { Clock, Millis } from './clock.js';
export {
  BatchFailedError,
  CancelledError,
  DeadlineExceededError,
  DrainingError,
  EngineUnavailableError,
  LaneEndedError,
  LaneHungError,
  OverloadedError,
  QueueFullError,
} from './errors.js';
export type { Item, Settlement } from './item.js';
export { type CurvePoint, LatencyCurve } from './latency-curve.js';
export { Pace } from './pace.js';
