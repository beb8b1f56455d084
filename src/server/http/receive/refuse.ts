import { CancelledError } from '../../../batcher/index.js';
import type { Lifecycle } from '../../lifecycle.js';
import { toProblem } from '../../problem/to-problem.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { RequestLog } from '../../telemetry/request-log.js';
import type { Exchange } from '../exchange.js';
import { PROBLEM_JSON, problemResponse } from '../respond/problem-response.js';
import { ClientGoneError } from './read-body.js';

export interface RefuseDeps {
  readonly requestLog: RequestLog;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
}

/** A refused body up to this is read to its end: under overload, a new connection would cost more than that. */
const MAX_READ_ON_BYTES = 256 * 1024;

/**
 * Logs why a request gets no answer and makes its problem response.
 *
 * @param type its Content-Type
 */
export function refuse(
  { requestLog, metrics, lifecycle }: RefuseDeps,
  exchange: Exchange,
  error: unknown,
  type = PROBLEM_JSON,
): Response {
  const { incoming } = exchange;
  const problem = toProblem(error);
  const isGone = error instanceof ClientGoneError || error instanceof CancelledError;
  const code = isGone ? 'client_gone' : problem.code;
  requestLog.refused(exchange, code, problem);
  metrics.request(code);
  const { headers, complete } = incoming;
  const bodyBytes =
    headers['transfer-encoding'] === undefined
      ? Number(headers['content-length'] ?? 0)
      : Number.POSITIVE_INFINITY;
  const isUploading = !complete && bodyBytes > 0;
  // What is left of the body is let go, so that the client reads the answer instead of a full pipe.
  if (isUploading) incoming.resume();
  const isLong = bodyBytes > MAX_READ_ON_BYTES || headers.expect !== undefined;
  const close = lifecycle.isEnding || (isUploading && isLong);
  return problemResponse(problem, exchange.id, close, type);
}
