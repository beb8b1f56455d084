import { CancelledError } from '../../../batcher/index.js';
import type { Lifecycle } from '../../lifecycle.js';
import { toProblem } from '../../problem/to-problem.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { RequestLog } from '../../telemetry/request-log.js';
import type { Exchange } from '../exchange.js';
import { PROBLEM_JSON, problemResponse } from '../respond/problem-response.js';
import { letGoOfBody } from './let-go-of-body.js';
import { ClientGoneError } from './read-body.js';

export interface RefuseDeps {
  readonly requestLog: RequestLog;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
}

/**
 * Logs why a request is refused and makes its problem response.
 *
 * @param type the Content-Type of the response
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
  const mustClose = letGoOfBody(incoming);
  return problemResponse(problem, exchange.id, lifecycle.isEnding || mustClose, type);
}
