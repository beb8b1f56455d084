import type { Logger } from 'pino';
import type { Clock, Settlement } from '../../batcher/index.js';
import { Problem, type ProblemCode } from '../problem/problem.js';
import { errorMessages } from './error-messages.js';
import type { RequestSpans, TracedRequest } from './request-spans.js';
import { stageTimes } from './stage-times.js';
import { traceIdOf } from './trace-id.js';

/** What is known about input that is not a valid request. */
export interface MalformedFacts {
  readonly requestId: string;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly status: number;
  readonly code?: ProblemCode;
}

/** Writes one structured line per request, and its spans if somebody wants them. Times are milliseconds. */
export class RequestLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #spans: RequestSpans | undefined;

  constructor(logger: Logger, clock: Clock, spans?: RequestSpans) {
    this.#logger = logger;
    this.#clock = clock;
    this.#spans = spans;
  }

  /** Logs a classification of one image or several; each image has its own entry. */
  answered(request: TracedRequest, outcomes: readonly (Settlement<unknown> | Problem)[]): void {
    this.#spans?.answered(request, outcomes);
    if (!this.#logger.isLevelEnabled('info')) return;
    const images = outcomes.map((outcome) => {
      if (outcome instanceof Problem) return { code: outcome.code };
      const { receive, decode, queue, infer } = stageTimes(request.startedMs, outcome);
      const { batchSize, reason } = outcome;
      return {
        batchSize,
        reason,
        receiveMs: rounded(receive),
        decodeMs: rounded(decode),
        queueMs: rounded(queue),
        inferMs: rounded(infer),
      };
    });
    this.#logger.info({ ...this.#facts(request), status: 200, images }, 'request');
  }

  /** Logs a request that ended with a problem, or whose client disconnected. Server faults include their cause. */
  refused(request: TracedRequest, code: ProblemCode | 'client_gone', problem: Problem): void {
    this.#spans?.refused(request, code, problem.status);
    const facts = { ...this.#facts(request), status: problem.status, code };
    if (code === 'client_gone') this.#logger.info({ ...facts, status: 499 }, 'request');
    else if (problem.status < 500) this.#logger.info(facts, 'request');
    else
      this.#logger.warn({ ...facts, cause: errorMessages(problem.cause) || undefined }, 'request');
  }

  /** Logs input that never became a request but was answered; it may have no error code. */
  malformed(facts: MalformedFacts): void {
    this.#logger.info(facts, 'request');
  }

  #facts({ id, incoming, startedMs }: TracedRequest) {
    return {
      requestId: id,
      traceId: traceIdOf(incoming.headers['traceparent']),
      method: incoming.method,
      path: incoming.url,
      totalMs: rounded(this.#clock.now() - startedMs),
    };
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
