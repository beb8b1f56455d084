import {
  BatchFailedError,
  DeadlineExceededError,
  DrainingError,
  QueueFullError,
} from '../../batcher/index.js';
import {
  ImageTooComplexError,
  ImageTooLargeError,
  UndecodableImageError,
} from '../decode/header/image-errors.js';
import { Problem } from './problem.js';

const RETRY_SOON = { 'Retry-After': '1' };

/** What a client is told of an error; anything unknown is an internal error, and nothing of it leaks. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (
    error instanceof UndecodableImageError ||
    error instanceof ImageTooLargeError ||
    error instanceof ImageTooComplexError
  ) {
    return new Problem(error.code);
  }
  if (error instanceof QueueFullError) return new Problem('queue_full', RETRY_SOON);
  if (error instanceof DrainingError) return new Problem('draining', RETRY_SOON);
  if (error instanceof DeadlineExceededError) return new Problem('deadline_exceeded');
  if (error instanceof BatchFailedError) {
    return new Problem('inference_failed', {}, { cause: error });
  }
  return new Problem('internal_error', {}, { cause: error });
}
