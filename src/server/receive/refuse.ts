import { CancelledError } from '../../batcher/index.js';
import type { Lifecycle } from '../lifecycle.js';
import type { RequestLog } from '../request-log.js';
import { problemResponse } from '../respond/problem-response.js';
import { toProblem } from '../respond/to-problem.js';
import { ClientGoneError } from './client-gone-error.js';
import type { Exchange } from './exchange.js';

/** Logs why a request gets no answer and makes its problem response. */
export function refuse(
  { requestLog, lifecycle }: { requestLog: RequestLog; lifecycle: Lifecycle },
  exchange: Exchange,
  error: unknown,
): Response {
  const { incoming } = exchange;
  const problem = toProblem(error);
  const isGone = error instanceof ClientGoneError || error instanceof CancelledError;
  requestLog.refused(exchange, isGone ? 'client_gone' : problem.code, problem);
  const { headers, complete } = incoming;
  const isUploading =
    !complete &&
    (Number(headers['content-length']) > 0 || headers['transfer-encoding'] !== undefined);
  // What is left of the body is let go, so that the client reads the answer instead of a full pipe.
  if (isUploading) incoming.resume();
  return problemResponse(problem, exchange.id, lifecycle.isDraining || isUploading);
}
