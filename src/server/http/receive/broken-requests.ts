import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Millis } from '../../../batcher/index.js';
import { PROBLEMS, Problem, type ProblemCode, problemBody } from '../../problem/problem.js';
import { retryAfter } from '../../problem/to-problem.js';
import type { EarlyCode, Metrics } from '../../telemetry/metrics.js';
import type { MalformedFacts, RequestLog } from '../../telemetry/request-log.js';
import { requestId } from '../exchange.js';
import { PROBLEM_JSON } from '../respond/problem-response.js';
import { letGoOfBody } from './let-go-of-body.js';
import { breakOff } from './read-body.js';

/** Time for a client to read the last answer and close the connection; then the server closes it. */
const LINGER_MS = 1000;

const TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';

/**
 * Answers, logs and numbers what the app never sees: input that is not a request, or that arrived too slowly, and requests
 * that cannot be answered in time.
 */
export class BrokenRequests {
  readonly #requestLog: RequestLog;
  readonly #metrics: Metrics;
  /** The newest response of each connection; when it has been sent, so have those before it. */
  readonly #newest = new WeakMap<Duplex, ServerResponse>();
  /** Connections that are being closed; further input on them is ignored. */
  readonly #ending = new WeakSet<Duplex>();

  constructor(requestLog: RequestLog, metrics: Metrics) {
    this.#requestLog = requestLog;
    this.#metrics = metrics;
  }

  /** Must be called for every request before it is answered. */
  began({ socket }: IncomingMessage, outgoing: ServerResponse): void {
    this.#newest.set(socket, outgoing);
  }

  /** Refuses a request that the app cannot handle, because its Host or target is invalid. */
  refuse(incoming: IncomingMessage, outgoing: ServerResponse, status = 400): void {
    const id = requestId(incoming);
    const { method, url: path } = incoming;
    this.#requestLog.malformed({ requestId: id, method, path, status });
    outgoing
      .writeHead(status, { Connection: 'close', 'Content-Length': 0, 'X-Request-Id': id })
      .end();
  }

  /** Refuses a request before the app sees it; the main thread has work for so long. */
  refuseEarly(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    code: EarlyCode,
    waitMs: Millis,
  ): void {
    const id = requestId(incoming);
    const { method, url: path } = incoming;
    this.#refusedEarly({ requestId: id, method, path, code });
    const body = problemBody(code, id);
    if (letGoOfBody(incoming)) outgoing.setHeader('Connection', 'close');
    outgoing
      .writeHead(PROBLEMS[code].status, {
        'Content-Type': PROBLEM_JSON,
        'Content-Length': Buffer.byteLength(body),
        'X-Request-Id': id,
        ...retryAfter(waitMs),
      })
      .end(body, () => endUnread(incoming));
  }

  /**
   * The same for the first request of a connection that has no HTTP parser. The connection is closed; until then, what
   * arrives is to be discarded.
   */
  refuseConnection(socket: Duplex, code: EarlyCode, waitMs: Millis): void {
    const id = randomUUID();
    this.#refusedEarly({ requestId: id, code });
    socket.on('error', () => socket.destroy());
    endWith(socket, PROBLEMS[code].status, id, problemBody(code, id), retryAfter(waitMs));
  }

  #refusedEarly(facts: Omit<MalformedFacts, 'status'> & { readonly code: EarlyCode }): void {
    const { code } = facts;
    this.#requestLog.malformed({ ...facts, status: PROBLEMS[code].status });
    this.#metrics.refusedEarly(code);
  }

  /** Handles Node's `clientError`: the bytes are not HTTP, they stopped arriving, or the connection failed. */
  end(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (this.#ending.has(socket)) return;
    this.#ending.add(socket);
    const newest = this.#newest.get(socket);
    const isAnswered = newest === undefined || newest.writableFinished;
    const isReceived = newest === undefined || newest.req.complete;
    if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
    else if (isAnswered && isReceived) this.#answer(error.code, socket);
    // The answer was already sent, or the client has closed the connection.
    else if (isAnswered || error.code === 'HPE_INVALID_EOF_STATE') socket.destroy();
    else {
      if (!isReceived) breakOff(newest.req, new Problem(bodyProblem(error.code)));
      endAfter(newest, socket);
    }
  }

  #answer(errorCode: string | undefined, socket: Duplex): void {
    const id = randomUUID();
    if (errorCode === TIMEOUT) {
      const code = 'request_timeout';
      const { status } = PROBLEMS[code];
      this.#requestLog.malformed({ requestId: id, status, code });
      this.#metrics.request(code);
      endWith(socket, status, id, problemBody(code, id));
    } else {
      const status = errorCode === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
      this.#requestLog.malformed({ requestId: id, status });
      endWith(socket, status, id);
    }
  }
}

/** Closes the connection of a request that is answered, if the rest of its body does not arrive soon. */
function endUnread(incoming: IncomingMessage): void {
  if (incoming.complete) return;
  setTimeout(() => {
    if (!incoming.complete) incoming.socket.destroy();
  }, LINGER_MS).unref();
}

/** A body with broken chunks is not an image, just as a form with broken parts is not. */
function bodyProblem(errorCode: string | undefined): ProblemCode {
  return errorCode === TIMEOUT ? 'request_timeout' : 'undecodable_image';
}

/** Closes the connection after the answers to earlier requests have been sent. */
function endAfter(newest: ServerResponse, socket: Duplex): void {
  if (newest.headersSent) newest.once('finish', () => end(socket));
  else newest.setHeader('Connection', 'close');
}

function endWith(
  socket: Duplex,
  status: number,
  id: string,
  problem = '',
  headers: Readonly<Record<string, string>> = {},
): void {
  const lines = [
    `HTTP/1.1 ${status} `,
    'Connection: close',
    ...(problem ? ['Content-Type: application/problem+json'] : []),
    `Content-Length: ${Buffer.byteLength(problem)}`,
    `X-Request-Id: ${id}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    problem,
  ];
  end(socket, lines.join('\r\n'));
}

/** Closes the connection. The timer is for clients that never close their side and would keep it open forever. */
function end(socket: Duplex, lastBytes = ''): void {
  socket.end(lastBytes);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
