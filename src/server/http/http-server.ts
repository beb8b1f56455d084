import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { systemClock } from '../system-clock.js';
import type { createApp } from './app.js';
import { Arrivals } from './arrivals.js';
import { LOOK_INTERVAL_MS, LoopDelay } from './loop-delay.js';
import type { Config } from '../config/config.js';
import type { BrokenRequests } from './receive/broken-requests.js';

const MAX_HEADERS_BYTES = 8192;
/** How often Node looks for clients that are too slow. */
const CHECK_INTERVAL_MS = 500;

/** Node's HTTP server with this server's limits around the app. Does not listen yet. */
export function createHttpServer(
  app: Pick<ReturnType<typeof createApp>, 'fetch'>,
  limits: Config['server'],
  broken: BrokenRequests,
): Server {
  // What the adapter cannot make a request of, it leaves unanswered.
  const answer = getRequestListener(app.fetch, { errorHandler: () => {} });
  const loopDelay = new LoopDelay(systemClock);
  setInterval(() => loopDelay.look(), LOOK_INTERVAL_MS).unref();
  const arrivals = new Arrivals(systemClock, loopDelay);
  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    arrivals.began(incoming);
    broken.began(incoming, outgoing);
    if (hasOneHost(incoming)) await answer(incoming, outgoing);
    if (!outgoing.writableEnded) broken.refuse(incoming, outgoing);
  }
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse) =>
    void serve(incoming, outgoing);
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADERS_BYTES,
      headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      noDelay: true,
      // Node would answer by itself, with nothing in the log.
      requireHostHeader: false,
    },
    listener,
  );
  // Not server.maxConnections: under node:cluster a refused connection comes straight back.
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    arrivals.connected(socket);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (open.size > limits.maxConnections) socket.destroy();
  });
  // Node calls a connection idle as soon as its answer is made, and would cut what a slow reader has not taken yet.
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    if (![...open].some(({ writableLength }) => writableLength > 0)) closeIdle();
  };
  // The route asks for the body itself, once it knows that it wants it.
  server.on('checkContinue', listener);
  // An expectation that nobody knows is no reason to refuse.
  server.on('checkExpectation', listener);
  server.on('clientError', (error, socket) => broken.end(error, socket));
  return server;
}

/** None and several are both an error by RFC 9112, section 3.2; Node's `headers` shows only the first. */
function hasOneHost({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts === 1;
}
