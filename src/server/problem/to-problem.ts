import {
  BatchFailedError,
  DeadlineExceededError,
  DrainingError,
  EngineUnavailableError,
  LaneHungError,
  type Millis,
  OverloadedError,
  QueueFullError,
} from '../../batcher/index.js';
import {
  FormatNotAcceptedError,
  ImageTooComplexError,
  ImageTooLargeError,
  UndecodableImageError,
} from '../../decode/index.js';
import { ScoresNotFiniteError } from '../../engine/index.js';
import { Problem } from './problem.js';

/** The problem that a client gets for an error. Unknown errors become internal errors, so that no details leak. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (
    error instanceof UndecodableImageError ||
    error instanceof FormatNotAcceptedError ||
    error instanceof ImageTooLargeError ||
    error instanceof ImageTooComplexError
  ) {
    return new Problem(error.code);
  }
  if (error instanceof QueueFullError) {
    return new Problem('queue_full', retryAfter(error.retryAfterMs));
  }
  if (error instanceof OverloadedError) {
    return new Problem('overloaded', retryAfter(error.retryAfterMs));
  }
  if (error instanceof EngineUnavailableError) {
    return new Problem('engine_unavailable', retryAfter(error.retryAfterMs));
  }
  if (error instanceof DrainingError) return new Problem('draining', retryAfter(0));
  if (error instanceof DeadlineExceededError) {
    const { retryAfterMs } = error;
    return new Problem(
      'deadline_exceeded',
      retryAfterMs === undefined ? {} : retryAfter(retryAfterMs),
    );
  }
  if (error instanceof LaneHungError) return new Problem('deadline_exceeded', {}, { cause: error });
  if (error instanceof BatchFailedError || error instanceof ScoresNotFiniteError) {
    return new Problem('inference_failed', {}, { cause: error });
  }
  return new Problem('internal_error', {}, { cause: error });
}

/** Whole seconds, at least one, as RFC 9110 requires. */
export function retryAfter(ms: Millis): Record<string, string> {
  return { 'Retry-After': String(Math.max(1, Math.ceil(ms / 1000))) };
}
