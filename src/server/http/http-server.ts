import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Millis } from '../../batcher/index.js';
import { unreadMs } from '../../native/index.js';
import type { Config } from '../config/config.js';
import type { LatencyBounds } from '../models/classifier.js';
import { systemClock } from '../system-clock.js';
import type { EarlyCode } from '../telemetry/metrics.js';
import { answerBound } from './answer-bound.js';
import type { createApp } from './app.js';
import { Arrivals, arrivedMs } from './arrivals.js';
import { type ClosedReason, Connections } from './connections.js';
import { readFirstBytes } from './first-bytes.js';
import type { BrokenRequests } from './receive/broken-requests.js';
import { checkRequest, MAX_HEADERS } from './receive/check-request.js';
import type { RequestQueue } from './request-queue.js';

const MAX_HEADERS_BYTES = 8192;
/** How often Node checks for clients that are too slow. */
const CHECK_INTERVAL_MS = 500;

/**
 * Node's HTTP server for the app, with this server's limits. It does not listen yet.
 *
 * @param queue where requests wait for the main thread
 * @param bounds returns how late an answer may be now
 * @param closed called for each connection that is closed because there are more than `maxConnections`
 */
export function createHttpServer(
  app: Pick<ReturnType<typeof createApp>, 'fetch'>,
  limits: Config['server'],
  broken: BrokenRequests,
  queue: RequestQueue,
  bounds: () => LatencyBounds,
  closed: (reason: ClosedReason) => void = () => {},
): Server {
  // The adapter leaves a request unanswered if it cannot convert it.
  const answer = getRequestListener(app.fetch, { errorHandler: () => {} });
  const arrivals = new Arrivals(systemClock, queue.loopDelay, unread);
  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const refusal = checkRequest(incoming, limits.allowedHosts);
    if (refusal === undefined) await answer(incoming, outgoing);
    if (!outgoing.writableEnded) broken.refuse(incoming, outgoing, refusal);
  }
  const connections = new Connections(limits.maxConnections, closed);
  /** With what a request is refused because its answer is expected to be too late; undefined if it is not. */
  function refusalCode(startedMs: Millis, timeoutMs: string | undefined): EarlyCode | undefined {
    const { boundMs, code } = answerBound(startedMs, timeoutMs, bounds());
    return queue.isTooLong(startedMs, boundMs) ? code : undefined;
  }
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    arrivals.arrived(incoming);
    broken.began(incoming, outgoing);
    connections.request(incoming, outgoing, () => {
      // Health checks and metrics cost little, and are wanted most when there is much to do.
      if (queue.isLate && incoming.method !== 'GET') {
        const timeoutMs = incoming.headers['x-request-timeout-ms'] as string | undefined;
        const code = refusalCode(arrivedMs(incoming) ?? 0, timeoutMs);
        if (code) {
          broken.refuseEarly(incoming, outgoing, code, queue.waitMs);
          return;
        }
      }
      void serve(incoming, outgoing);
    });
  };
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADERS_BYTES,
      headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      noDelay: true,
      // Otherwise Node would answer itself, and nothing would be logged.
      requireHostHeader: false,
    },
    listener,
  );
  // Node silently drops the fields over its limit, so its limit is one higher than ours.
  server.maxHeadersCount = MAX_HEADERS + 1;
  const [parse] = server.listeners('connection') as [(this: Server, socket: Socket) => void];
  server.off('connection', parse);
  server.on('connection', (socket) => {
    queue.accepted(arrivals.connected(socket));
    connections.opened(socket);
    const giveParser = () => {
      parse.call(server, socket);
      arrivals.parsed(socket);
    };
    // One that is refused gets no parser, which costs more than all the rest of the refusal.
    if (queue.isLate) refuseOr(socket, giveParser);
    else giveParser();
  });
  function refuseOr(socket: Socket, giveParser: () => void): void {
    readFirstBytes(socket, (first) => {
      // A client that keeps its connection costs less if it may do so, and it is refused by its request.
      const isOurs = first?.isOnly && first.method !== 'GET';
      const code = isOurs && refusalCode(arrivals.firstByte(socket), first.timeoutMs);
      if (code) broken.refuseConnection(socket, code, queue.waitMs);
      else giveParser();
      socket.resume();
    });
  }
  // Node considers a connection idle once its answer is written, and would cut off what a slow client has not read yet.
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    if (connections.isFlushed) closeIdle();
  };
  // The route sends 100 Continue itself, once it has admitted the request.
  server.on('checkContinue', listener);
  // An unknown expectation is no reason to refuse a request.
  server.on('checkExpectation', listener);
  server.on('clientError', (error, socket) => broken.end(error, socket));
  return server;
}

/** The descriptor is not public; without it, nothing is known. */
function unread(socket: Socket & { readonly _handle?: { readonly fd?: number } | null }): Millis {
  const descriptor = socket._handle?.fd;
  return descriptor === undefined ? 0 : unreadMs(descriptor);
}
