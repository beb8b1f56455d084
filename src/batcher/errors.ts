import type { Millis } from './clock.js';

/** No item was accepted: with these, more than `maxQueueSize` would wait. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
  /** When what waits now will have left, if nothing more comes. */
  readonly retryAfterMs: Millis;

  constructor(maxQueueSize: number, retryAfterMs: Millis) {
    super(`more than ${maxQueueSize} items would wait`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** No item was accepted: the batcher only finishes what it has. */
export class DrainingError extends Error {
  override readonly name = 'DrainingError';
}

/** No lane serves: each has its breaker open, or hangs. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
  /** When a lane may be back. */
  readonly retryAfterMs: Millis;

  constructor(retryAfterMs: Millis) {
    super('no lane serves');
    this.retryAfterMs = retryAfterMs;
  }
}

/** The item's deadline passed before it was settled, or is too near to be met. */
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

/** Nobody waits for the item's answer any more. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/** The lane failed on this item, alone or with all its mates; `cause` says how. */
export class BatchFailedError extends Error {
  override readonly name = 'BatchFailedError';
}

/** The lane has not finished a batch in a time that no batch takes. It may never. */
export class LaneHungError extends Error {
  override readonly name = 'LaneHungError';
}
