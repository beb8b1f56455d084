import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type { Config } from './config.js';
import type { createApp } from './app.js';
import { PROBLEMS, type ProblemCode, problemBody } from './respond/problem.js';

const MAX_HEADERS_BYTES = 8192;
/** How often Node looks for clients that are too slow. */
const CHECK_INTERVAL_MS = 500;

/** Node's HTTP server with this server's limits around the app. Does not listen yet. */
export function createHttpServer(
  app: ReturnType<typeof createApp>,
  limits: Config['server'],
): Server {
  const listener = getRequestListener(app.fetch, { errorHandler: internalError });
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADERS_BYTES,
      headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      noDelay: true,
    },
    listener,
  );
  // Not server.maxConnections: under node:cluster a refused connection comes straight back.
  let connections = 0;
  server.on('connection', (socket) => {
    if (++connections > limits.maxConnections) socket.destroy();
    socket.once('close', () => connections--);
  });
  // The route asks for the body itself, once it knows that it wants it.
  server.on('checkContinue', listener);
  server.on('clientError', answerBrokenRequest);
  return server;
}

/** The adapter could not make a request of it, for want of a usable Host, say. Nothing else gets here. */
function internalError(): Response {
  return new Response('', { status: 400, headers: { Connection: 'close' } });
}

/** Answers what never became a request, or took too long to: there is no exchange to answer through. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  const sent = (socket as Duplex & { _httpMessage?: { headersSent: boolean } | null })._httpMessage;
  if (!socket.writable || sent?.headersSent || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    socket.end(rawProblem('request_timeout'));
  } else {
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    socket.end(`HTTP/1.1 ${status} \r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }
}

function rawProblem(code: ProblemCode): string {
  const body = problemBody(code);
  return [
    `HTTP/1.1 ${PROBLEMS[code].status} `,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
