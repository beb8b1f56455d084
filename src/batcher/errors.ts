import type { Millis } from './clock.js';

/** No item was accepted, because more than `maxQueueSize` would wait. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
  /** Time until the items that wait now will have left, if no more arrive. */
  readonly retryAfterMs: Millis;

  constructor(maxQueueSize: number, retryAfterMs: Millis) {
    super(`more than ${maxQueueSize} items would wait`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** No item was accepted, because the batcher drains. */
export class DrainingError extends Error {
  override readonly name = 'DrainingError';
}

/** No lane serves: the breaker of each is open, or it hangs. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
  /** Time until a lane may serve again. */
  readonly retryAfterMs: Millis;

  constructor(retryAfterMs: Millis) {
    super('no lane serves');
    this.retryAfterMs = retryAfterMs;
  }
}

/** The item's deadline passed before it was settled, or is too close to be met. */
export class DeadlineExceededError extends Error {
  override readonly name = 'DeadlineExceededError';
  /** When what waits now will have left, if nothing more comes; undefined for an item that was accepted. */
  readonly retryAfterMs: Millis | undefined;

  constructor(retryAfterMs?: Millis) {
    super('the deadline cannot be met');
    this.retryAfterMs = retryAfterMs;
  }
}

/** No item was accepted: it would be finished later than the operator allows. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
  /** When what waits now will have left, if nothing more comes. */
  readonly retryAfterMs: Millis;

  constructor(retryAfterMs: Millis) {
    super('the answer would come later than the operator allows');
    this.retryAfterMs = retryAfterMs;
  }
}

/** The item's result is no longer wanted. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/** The lane failed on this item, alone or with its whole batch; `cause` has the details. */
export class BatchFailedError extends Error {
  override readonly name = 'BatchFailedError';
}

/** The lane will give no more answers in this process. */
export abstract class LaneLostError extends Error {}

/** The lane has not finished a batch within a time that no batch takes. It may never finish. */
export class LaneHungError extends LaneLostError {
  override readonly name = 'LaneHungError';
}

/** The lane has ended, possibly in the middle of a batch; `cause` says why. */
export class LaneEndedError extends LaneLostError {
  override readonly name = 'LaneEndedError';
}
