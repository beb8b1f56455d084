import { once } from 'node:events';
import type { Socket } from 'node:net';
import pino from 'pino';
import t, { type Test } from 'tap';
import { configSchema } from '../../../src/server/config/config.js';
import { drain } from '../../../src/server/http/drain.js';
import { createHttpServer } from '../../../src/server/http/http-server.js';
import { BrokenRequests } from '../../../src/server/http/receive/broken-requests.js';
import { watchLoopDelay } from '../../../src/server/http/loop-delay.js';
import { RequestQueue } from '../../../src/server/http/request-queue.js';
import { Traffic } from '../../../src/server/http/traffic.js';
import { systemClock } from '../../../src/server/system-clock.js';
import { Metrics } from '../../../src/server/telemetry/metrics.js';
import { RequestLog } from '../../../src/server/telemetry/request-log.js';
import { bothEnds } from '../../helpers/both-ends.js';
import { until } from '../../helpers/until.js';

/** More than the system takes in for a client that does not read. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, 1);
const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

/** Answers everything with the same bytes. */
async function serveBytes(t: Test, bytes: Uint8Array) {
  const requestLog = new RequestLog(pino({ level: 'silent' }), systemClock);
  const broken = new BrokenRequests(requestLog, new Metrics([1]));
  const app = { fetch: () => new Response(bytes) };
  const config = configSchema.parse({});
  const queue = new RequestQueue(systemClock, watchLoopDelay(systemClock));
  const server = createHttpServer(app, config.server, broken, queue, () => config.batching);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  async function client() {
    const ends = await bothEnds(server);
    t.teardown(() => ends.near.destroy());
    return ends;
  }
  let looks = 0;
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    looks++;
    closeIdle();
  };
  const traffic = new Traffic(server);
  const drainIt = () =>
    drain({
      server,
      traffic,
      acceptAll: () => {},
      refuseNew: () => {},
      settleAll: async () => {},
      stopAccepting: async () => {},
      timeoutMs: 1000,
    });
  return { server, client, drainIt, looks: () => looks };
}

/** Reads from now on, until the connection ends. */
async function readAll(socket: Socket): Promise<number> {
  let length = 0;
  socket.on('data', (chunk) => {
    length += chunk.length;
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('close', resolve));
  return length;
}

t.test('draining cuts no answer that is still leaving to a slow reader', async (t) => {
  const { client, drainIt, looks } = await serveBytes(t, LARGE);
  const { near, far } = await client();
  near.write(REQUEST);
  await until(() => far.writableLength > 0);
  const drained = drainIt();
  await until(() => looks() > 3);
  t.ok((await readAll(near)) > LARGE.length, 'the headers and all of the body');
  t.equal(await drained, true);
});

t.test(
  'draining closes idle connections, and waits no longer for a reader than it lingers',
  async (t) => {
    const { client, drainIt } = await serveBytes(t, LARGE);
    const idle = await client();
    idle.near.write(REQUEST);
    const ended = readAll(idle.near);
    await until(() => idle.near.bytesRead > LARGE.length);
    await drainIt();
    await ended;
    const stuck = await client();
    stuck.near.write(REQUEST);
    await until(() => stuck.far.writableLength > 0);
    t.equal(await drainIt(), true);
  },
);

t.test('junk while an answer leaves does not cut it', async (t) => {
  const { server, client } = await serveBytes(t, LARGE);
  const { near, far } = await client();
  near.write(REQUEST);
  await until(() => far.writableLength > 0);
  const broken = once(server, 'clientError');
  near.write('nonsense\r\n\r\n');
  await broken;
  t.ok((await readAll(near)) > LARGE.length);
});
