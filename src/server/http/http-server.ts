import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Millis } from '../../batcher/index.js';
import type { Config } from '../config/config.js';
import type { LatencyBounds } from '../models/classifier.js';
import { systemClock } from '../system-clock.js';
import type { createApp } from './app.js';
import { Arrivals, arrivedMs } from './arrivals.js';
import { type ClosedReason, Connections } from './connections.js';
import { LOOK_INTERVAL_MS, LoopDelay } from './loop-delay.js';
import type { BrokenRequests } from './receive/broken-requests.js';
import { checkRequest, MAX_HEADERS } from './receive/check-request.js';
import { RequestQueue } from './request-queue.js';

const MAX_HEADERS_BYTES = 8192;
/** How often Node checks for clients that are too slow. */
const CHECK_INTERVAL_MS = 500;

/**
 * Node's HTTP server for the app, with this server's limits. It does not listen yet.
 *
 * @param bounds returns how late an answer may be now
 * @param closed called for each connection that is closed because there are more than `maxConnections`
 */
export function createHttpServer(
  app: Pick<ReturnType<typeof createApp>, 'fetch'>,
  limits: Config['server'],
  broken: BrokenRequests,
  bounds: () => LatencyBounds,
  closed: (reason: ClosedReason) => void = () => {},
): Server {
  // The adapter leaves a request unanswered if it cannot convert it.
  const answer = getRequestListener(app.fetch, { errorHandler: () => {} });
  const loopDelay = new LoopDelay(systemClock);
  setInterval(() => loopDelay.look(), LOOK_INTERVAL_MS).unref();
  const arrivals = new Arrivals(systemClock, loopDelay);
  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const refusal = checkRequest(incoming, limits.allowedHosts);
    if (refusal === undefined) await answer(incoming, outgoing);
    if (!outgoing.writableEnded) broken.refuse(incoming, outgoing, refusal);
  }
  const connections = new Connections(limits.maxConnections, closed);
  const queue = new RequestQueue(systemClock, loopDelay, setImmediate);
  function boundMs(incoming: IncomingMessage): Millis {
    const { defaultTimeoutMs, latencyGoalMs = Number.POSITIVE_INFINITY } = bounds();
    const timeoutMs = Number(incoming.headers['x-request-timeout-ms'] ?? defaultTimeoutMs);
    // A header that is no number is refused, and its request need not wait for that.
    return (arrivedMs(incoming) ?? 0) + (Math.min(timeoutMs, latencyGoalMs) || 0);
  }
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    arrivals.arrived(incoming);
    broken.began(incoming, outgoing);
    connections.request(incoming, outgoing, () => {
      const begin = () => void serve(incoming, outgoing);
      // Health checks and metrics cost little, and are wanted most when there is much to do.
      if (incoming.method === 'GET') begin();
      else queue.add(incoming, boundMs(incoming), begin);
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
  server.on('connection', (socket) => {
    arrivals.connected(socket);
    connections.opened(socket);
  });
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
