/** No item was accepted: with these, more than `maxQueueSize` would wait. Retry later. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
  constructor(maxQueueSize: number) {
    super(`more than ${maxQueueSize} items would wait`);
  }
}

/** No item was accepted: the batcher only finishes what it has. */
export class DrainingError extends Error {
  override readonly name = 'DrainingError';
}

/** The item's deadline passed before it was settled. */
export class DeadlineExceededError extends Error {
  override readonly name = 'DeadlineExceededError';
}

/** Nobody waits for the item's answer any more. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/** The lane failed the batch that held the item; `cause` says how. */
export class BatchFailedError extends Error {
  override readonly name = 'BatchFailedError';
}
