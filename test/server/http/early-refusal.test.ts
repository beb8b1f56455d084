import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import pino from 'pino';
import t, { type Test } from 'tap';
import { configSchema } from '../../../src/server/config/config.js';
import { createHttpServer } from '../../../src/server/http/http-server.js';
import { BrokenRequests } from '../../../src/server/http/receive/broken-requests.js';
import { RequestQueue } from '../../../src/server/http/request-queue.js';
import { systemClock } from '../../../src/server/system-clock.js';
import { Metrics } from '../../../src/server/telemetry/metrics.js';
import { RequestLog } from '../../../src/server/telemetry/request-log.js';

/** The main thread is late, and lets the next request begin after so long. */
class LateQueue extends RequestQueue {
  expectedMs = 0;

  constructor() {
    super(systemClock, { waitedMs: 0 });
  }

  override get isLate(): boolean {
    return true;
  }

  override get waitMs(): number {
    return this.expectedMs;
  }
}

async function serve(t: Test) {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const metrics = new Metrics([1]);
  const broken = new BrokenRequests(new RequestLog(logger, systemClock), metrics);
  const config = configSchema.parse({});
  const queue = new LateQueue();
  let served = 0;
  const app = {
    fetch: () => {
      served++;
      return new Response('an answer');
    },
  };
  const server = createHttpServer(app, config.server, broken, queue, () => config.batching);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  function client(): Socket {
    const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
    near.on('error', () => {});
    t.teardown(() => near.destroy());
    return near;
  }
  async function ask(headers: string, { method = 'POST', body = 'abc' } = {}): Promise<string> {
    const near = client();
    near.write(requestOf(headers, method, body));
    let text = '';
    near.on('data', (chunk) => {
      text += chunk;
    });
    await once(near, 'close');
    return text;
  }
  return { queue, client, ask, metrics, lines, served: () => served };
}

function requestOf(headers: string, method: string, body: string): string {
  const length = method === 'GET' ? '' : `Content-Length: ${body.length}\r\n`;
  return `${method} /api/classify HTTP/1.1\r\nHost: x\r\n${headers}${length}\r\n${body}`;
}

const CLOSE = 'Connection: close\r\n';
const TIMEOUT = 'X-Request-Timeout-Ms: 60000\r\n';

t.test('what cannot be answered in time is refused before the app sees it', async (t) => {
  const { queue, ask, metrics, lines, served } = await serve(t);
  for (const [headers, code, boundMs] of [
    [TIMEOUT, 'deadline_exceeded', 60_000],
    ['', 'overloaded', 10_000],
  ] as const) {
    queue.expectedMs = boundMs / 4;
    const refusal = await ask(`${CLOSE}${headers}`);
    t.match(refusal, code === 'overloaded' ? /^HTTP\/1\.1 503 / : /^HTTP\/1\.1 504 /);
    t.match(refusal, `Retry-After: ${Math.ceil(boundMs / 4000)}\r\n`);
    t.match(refusal, /Content-Type: application\/problem\+json\r\n/);
    t.match(refusal, `"code":"${code}"`);
    t.match(lines.at(-1), { code, status: code === 'overloaded' ? 503 : 504 });
    t.equal(served(), 0);
    const text = await metrics.registry.metrics();
    t.match(text, `batch_dispatch_requests_total{code="${code}"} 1\n`);
    t.match(text, `batch_dispatch_items_refused_total{model="",code="${code}"} 1\n`);
  }
});

t.test('and nothing else is', async (t) => {
  const { queue, ask, served } = await serve(t);
  queue.expectedMs = 2000;
  t.match(await ask(CLOSE), /^HTTP\/1\.1 200 OK/);
  queue.expectedMs = 2500;
  t.match(await ask(`${CLOSE}${TIMEOUT}`), /^HTTP\/1\.1 200 OK/, 'its client has time');
  t.match(await ask(CLOSE, { method: 'GET' }), /^HTTP\/1\.1 200 OK/, 'a health check');
  t.equal(served(), 3);
});

t.test('a client that keeps its connection keeps it', async (t) => {
  const { queue, client, served } = await serve(t);
  queue.expectedMs = 15_000;
  const near = client();
  for (let i = 0; i < 3; i++) {
    near.write(requestOf(TIMEOUT, 'POST', 'abc'));
    const [chunk] = (await once(near, 'data')) as [Buffer];
    t.match(chunk.toString(), /^HTTP\/1\.1 504 Gateway Timeout\r\n/);
    t.match(chunk.toString(), 'Retry-After: 15\r\n');
  }
  queue.expectedMs = 0;
  near.write(requestOf('', 'POST', 'abc'));
  const [chunk] = (await once(near, 'data')) as [Buffer];
  t.match(chunk.toString(), /^HTTP\/1\.1 200 OK\r\n/);
  t.equal(served(), 1);
});

t.test('a refused client gets its answer although it has much more to send', async (t) => {
  const { queue, ask } = await serve(t);
  queue.expectedMs = 2500;
  const body = 'x'.repeat(4 * 1024 * 1024);
  t.match(await ask(CLOSE, { body }), /^HTTP\/1\.1 503 /);
});

t.test('a refused client that does not finish its body is let go', async (t) => {
  const { queue, client } = await serve(t);
  queue.expectedMs = 2500;
  const near = client();
  near.write(requestOf('', 'POST', 'abc').slice(0, -1));
  const [chunk] = (await once(near, 'data')) as [Buffer];
  t.match(chunk.toString(), /^HTTP\/1\.1 503 /);
  const answeredMs = performance.now();
  await once(near, 'close');
  const { requestTimeoutMs } = configSchema.parse({}).server;
  t.ok(performance.now() - answeredMs < requestTimeoutMs - 1000, 'long before its time is over');
});

t.test('a client that connects and sends later, or in pieces, is served', async (t) => {
  const { client, served } = await serve(t);
  const near = client();
  await once(near, 'connect');
  // Longer than its first bytes are waited for.
  await new Promise((resolve) => setTimeout(resolve, 150));
  near.write('POST / HT');
  near.write('TP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
  const [chunk] = (await once(near, 'data')) as [Buffer];
  t.match(chunk.toString(), /^HTTP\/1\.1 200 OK/);
  const pieces = client();
  pieces.setNoDelay(true);
  pieces.write('POST / HTTP/1.1\r\nHost: x\r\nConn');
  await new Promise((resolve) => setTimeout(resolve, 20));
  pieces.write('ection: close\r\nContent-Length: 0\r\n\r\n');
  const [other] = (await once(pieces, 'data')) as [Buffer];
  t.match(other.toString(), /^HTTP\/1\.1 200 OK/);
  t.equal(served(), 2);
});

t.test('a client that ends or breaks its connection without a byte leaves nothing', async (t) => {
  const { client, ask } = await serve(t);
  const ended = client();
  ended.end();
  await once(ended.resume(), 'close');
  const broken = client();
  await once(broken, 'connect');
  broken.resetAndDestroy();
  t.match(await ask(CLOSE), /^HTTP\/1\.1 200 OK/);
});
