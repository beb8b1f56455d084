import type { Logger } from 'pino';
import type { Clock } from '../../batcher/index.js';
import { errorMessages } from './error-messages.js';
import type { Exchange } from '../http/exchange.js';
import type { ImageOutcome } from '../http/respond/classify-response.js';
import { Problem, type ProblemCode } from '../problem/problem.js';
import { stageTimes } from '../http/respond/timing-headers.js';

/** What is known of something that is hardly a request. */
export interface MalformedFacts {
  readonly requestId: string;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly status: number;
  readonly code?: ProblemCode;
}

/** Writes one structured line a request. Times are milliseconds. */
export class RequestLog {
  readonly #logger: Logger;
  readonly #clock: Clock;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** A classification was made, of one image or several; each image has its own entry. */
  answered(exchange: Exchange, outcomes: readonly ImageOutcome[]): void {
    if (!this.#logger.isLevelEnabled('info')) return;
    const images = outcomes.map((outcome) => {
      if (outcome instanceof Problem) return { code: outcome.code };
      const { receive, decode, queue, infer } = stageTimes(exchange.startedMs, outcome);
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
    this.#logger.info({ ...this.#facts(exchange), status: 200, images }, 'request');
  }

  /** The request ended with a problem, or its client went away. Server faults carry their cause. */
  refused(exchange: Exchange, code: ProblemCode | 'client_gone', problem: Problem): void {
    const facts = { ...this.#facts(exchange), status: problem.status, code };
    if (code === 'client_gone') this.#logger.info({ ...facts, status: 499 }, 'request');
    else if (problem.status < 500) this.#logger.info(facts, 'request');
    else
      this.#logger.warn({ ...facts, cause: errorMessages(problem.cause) || undefined }, 'request');
  }

  /** What never became a request was answered all the same; there may be no code for it. */
  malformed(facts: MalformedFacts): void {
    this.#logger.info(facts, 'request');
  }

  #facts({ id, incoming, startedMs }: Exchange) {
    return {
      requestId: id,
      method: incoming.method,
      path: incoming.url,
      totalMs: rounded(this.#clock.now() - startedMs),
    };
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
