import { connect } from 'node:net';
import { promisify } from 'node:util';
import jpeg from 'jpeg-js';
import t from 'tap';
import { configSchema } from '../../../../src/server/config/config.js';
import { raw, requestIds } from '../../../helpers/raw.js';
import { colourLane, type RunBatch, serveApp } from '../../../helpers/serve-app.js';
import { until } from '../../../helpers/until.js';

const IMAGE = Buffer.from(
  jpeg.encode({ data: Buffer.alloc(16 * 16 * 4, 99), width: 16, height: 16 }, 95).data,
);
const UUID = /^[\da-f-]{36}$/;

/** One whole request for a classification. */
function post(id: string, headers = ''): Buffer {
  const head = `POST /api/classify HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${id}\r\n`;
  return Buffer.concat([
    Buffer.from(`${head}Content-Length: ${IMAGE.length}\r\n${headers}\r\n`),
    IMAGE,
  ]);
}

/** The beginning of one whose body has more bytes to come. */
function begin(id: string, headers = 'Content-Length: 1000\r\n'): string {
  return `POST /api/classify HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${id}\r\n${headers}\r\nabc`;
}

/** A lane that runs nothing until it is let go. */
function heldLane() {
  let letGo = () => {};
  const open = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const lane: RunBatch = async (images, size) => {
    await open;
    return colourLane(images, size);
  };
  return { lane, letGo: () => letGo() };
}

t.test('junk after requests lets their answers leave, and then the connection ends', async (t) => {
  const { lane, letGo } = heldLane();
  const { port, batcher, server, lines } = await serveApp(t, { lane });
  const broken = new Promise((resolve) => server.once('clientError', resolve));
  const answers = raw(port, post('a'), post('b'), 'nonsense\r\n\r\n', 'more of it');
  await broken;
  await until(() => batcher.unsettled === 2);
  letGo();
  const text = await answers;
  t.same(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 200']);
  t.same(requestIds(text), ['a', 'b']);
  t.equal(text.match(/^connection: close/gim)?.length, 1, 'with the last one');
  t.match(lines, [{ status: 200 }, { status: 200 }]);
  t.equal(lines.length, 2);
});

t.test('so does junk after a request that asked for the end of the connection', async (t) => {
  const { port } = await serveApp(t);
  const text = await raw(port, Buffer.concat([post('a', 'Connection: close\r\n'), IMAGE]));
  t.match(text, /^HTTP\/1\.1 200 /);
  t.equal(text.match(/HTTP\/1\.1/g)?.length, 1);
});

t.test('junk after an answer that has left is answered itself', async (t) => {
  const { port, lines } = await serveApp(t);
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.write(post('a'));
  await until(() => text.endsWith(']'));
  socket.write('nonsense\r\n\r\n');
  await new Promise((resolve) => socket.once('close', resolve));
  t.match(text, /^HTTP\/1\.1 200 [\s\S]*\]HTTP\/1\.1 400 /);
  t.match(lines, [{ status: 200 }, { status: 400, requestId: requestIds(text)[1] }]);
});

t.test('what never becomes a request is answered, numbered and logged', async (t) => {
  const { port, lines, metrics } = await serveApp(t, { server: { headersTimeoutMs: 500 } });
  const long = `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(9000)}\r\n\r\n`;
  for (const [bytes, status] of [
    ['nonsense\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    [long, 431],
  ] as const) {
    const answer = await raw(port, bytes);
    t.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    const [requestId] = requestIds(answer);
    t.match(requestId, UUID);
    t.match(lines.pop(), { msg: 'request', requestId, status, code: undefined });
  }
  const answer = await raw(port, 'POST /api/classify HTTP/1.1\r\nHost: x\r\n');
  const [requestId] = requestIds(answer);
  t.match(answer, /^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/, 'headers that do not end');
  t.match(JSON.parse(answer.slice(answer.indexOf('{'))), { instance: requestId });
  t.match(lines.pop(), { msg: 'request', requestId, status: 408, code: 'request_timeout' });
  t.same(lines, []);
  t.match(await metrics.registry.metrics(), /requests_total\{code="request_timeout"\} 1/);
});

t.test('a Host must be there, once, and make sense', async (t) => {
  const { port, lines } = await serveApp(t);
  for (const hosts of ['', 'Host: x\r\nhost: x\r\n', 'Host: a b\r\n', 'Host:\r\n']) {
    const answer = await raw(port, `GET /v2/health/live HTTP/1.1\r\n${hosts}\r\n`);
    t.match(answer, /^HTTP\/1\.1 400 /, hosts);
    const [requestId] = requestIds(answer);
    t.match(lines.pop(), { requestId, status: 400, method: 'GET', path: '/v2/health/live' });
  }
  const answer = await raw(
    port,
    'GET /v2/health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  );
  t.match(answer, /^HTTP\/1\.1 200 /);
});

t.test('an expectation that is unknown is not held against a client', async (t) => {
  const { port } = await serveApp(t);
  const answer = await raw(port, post('a', 'Expect: miracles\r\nConnection: close\r\n'));
  t.match(answer, /^HTTP\/1\.1 200 /, 'and no 100 before');
});

t.test('a body that does not end in time gets 408, after the answers before it', async (t) => {
  const { port, batcher, lines } = await serveApp(t, { server: { requestTimeoutMs: 1000 } });
  const text = await raw(port, post('a'), begin('b'));
  t.same(text.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 408']);
  t.match(text, /"code":"request_timeout",.*"instance":"b"/);
  t.same(requestIds(text), ['a', 'b']);
  t.equal(lines.length, 2);
  t.match(
    lines.find(({ requestId }) => requestId === 'b'),
    { status: 408, code: 'request_timeout', path: '/api/classify' },
  );
  t.equal(batcher.unsettled, 0);
});

t.test('the deadline counts from the first header, so it may end a slow body first', async (t) => {
  const { port, lines } = await serveApp(t);
  const answer = await raw(port, begin('a', 'X-Request-Timeout-Ms: 50\r\nContent-Length: 9\r\n'));
  t.match(answer, /^HTTP\/1\.1 504 [\s\S]*"code":"deadline_exceeded"/);
  t.match(lines, [{ requestId: 'a', status: 504, code: 'deadline_exceeded' }]);
  t.equal(lines.length, 1);
  const { server, batching } = configSchema.parse({});
  t.ok(batching.defaultTimeoutMs < server.requestTimeoutMs, 'so it does by default');
});

t.test('a body in chunks that make no sense is no image', async (t) => {
  const { port, lines } = await serveApp(t);
  const answer = await raw(port, begin('a', 'Transfer-Encoding: chunked\r\n'), 'xyz\r\n');
  t.match(answer, /^HTTP\/1\.1 400 [\s\S]*"code":"undecodable_image"/);
  t.match(lines, [{ requestId: 'a', status: 400, code: 'undecodable_image' }]);
  t.equal(lines.length, 1);
});

t.test('a client that never closes its half is let go', async (t) => {
  const { port, server } = await serveApp(t, { server: { headersTimeoutMs: 500 } });
  const count = promisify(server.getConnections.bind(server));
  const junkAfterRequest = Buffer.concat([post('a'), Buffer.from('nonsense')]);
  for (const bytes of ['nonsense\r\n\r\n', 'GET / HTTP/1.1\r\n', junkAfterRequest]) {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    t.teardown(() => socket.destroy());
    socket.on('error', () => {});
    socket.resume();
    socket.write(bytes);
    await new Promise((resolve) => socket.once('end', resolve));
  }
  await until(async () => (await count()) === 0);
  t.pass('no connection is left');
});
