import { once } from 'node:events';
import { connect } from 'node:net';
import jpeg from 'jpeg-js';
import t from 'tap';
import { bothEnds } from '../../../helpers/both-ends.js';
import { raw } from '../../../helpers/raw.js';
import { serveApp } from '../../../helpers/serve-app.js';
import { until } from '../../../helpers/until.js';

const IMAGE = Buffer.from(
  jpeg.encode({ data: Buffer.alloc(16 * 16 * 4, 99), width: 16, height: 16 }, 95).data,
);
const LIMIT = 4096;

/** A JPEG of exactly `length` bytes: what follows the end of the image does not count. */
function padded(length: number): Buffer {
  return Buffer.concat([IMAGE, Buffer.alloc(length - IMAGE.length)]);
}

async function* stream(bytes: Buffer) {
  yield bytes.subarray(0, 100);
  yield bytes.subarray(100);
}

t.test('a body may have as many bytes as the limit, not one more', async (t) => {
  const { classify } = await serveApp(t, { server: { maxBodyBytes: LIMIT } });
  t.equal((await classify(padded(LIMIT))).status, 200);
  t.equal((await classify(padded(LIMIT + 1))).status, 413);
});

t.test('the same holds for a body that comes in chunks', async (t) => {
  const { classify } = await serveApp(t, { server: { maxBodyBytes: LIMIT } });
  const chunked = (bytes: Buffer) =>
    classify(stream(bytes) as unknown as RequestInit['body'], { duplex: 'half' } as RequestInit);
  t.equal((await chunked(padded(LIMIT))).status, 200);
  t.equal((await chunked(padded(LIMIT + 1))).status, 413);
});

t.test('a client that waits for 100 Continue is refused before it uploads', async (t) => {
  const { port } = await serveApp(t, { server: { maxBodyBytes: LIMIT } });
  const head = (length: number) =>
    `POST /api/classify HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n`;
  const refused = await raw(port, `${head(LIMIT + 1)}\r\n`);
  t.match(refused, /^HTTP\/1\.1 413 /);
  t.notMatch(refused, /100 Continue/);
  const accepted = await raw(port, `${head(IMAGE.length)}Connection: close\r\n\r\n`, IMAGE);
  t.match(accepted, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
});

t.test('a client that goes away while its image waits is cancelled', async (t) => {
  let runs = 0;
  let finish = () => {};
  const { port, batcher, lines } = await serveApp(t, {
    lane: (images) => {
      runs++;
      return new Promise((resolve) => {
        finish = () =>
          resolve(
            images.map(() => ({ confidence: Float32Array.of(1), labelIndex: Int32Array.of(0) })),
          );
      });
    },
  });
  const head = `POST /api/classify HTTP/1.1\r\nHost: x\r\nContent-Length: ${IMAGE.length}\r\n\r\n`;
  const running = raw(port, head.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'), IMAGE);
  await until(() => runs > 0);
  const gone = connect(port, '127.0.0.1');
  gone.write(head);
  gone.write(IMAGE);
  await until(() => batcher.undispatched > 0);
  gone.destroy();
  await until(() => batcher.undispatched === 0);
  finish();
  t.match(await running, /^HTTP\/1\.1 200 /, 'its mate is answered');
  t.equal(runs, 1, 'the image of the one who left never ran');
  t.match(lines, [{ status: 499, code: 'client_gone' }, { status: 200 }]);
});

t.test('a client that goes away in the middle of its upload leaves nothing behind', async (t) => {
  const { server, batcher, lines } = await serveApp(t);
  const { near, arrived } = await bothEnds(server);
  near.write('POST /api/classify HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc');
  await arrived();
  near.destroy();
  await until(() => lines.length > 0);
  t.match(lines, [{ status: 499, code: 'client_gone' }]);
  t.equal(batcher.unsettled, 0);
});

t.test(
  'a form that ends anywhere before its end is refused, and the server lives on',
  async (t) => {
    const { classify } = await serveApp(t);
    const type = 'multipart/form-data; boundary=b';
    const head = '--b\r\nContent-Disposition: form-data; name="a"; filename="x"\r\n\r\n';
    const form = Buffer.concat([Buffer.from(head), IMAGE, Buffer.from('\r\n--b--\r\n')]);
    const send = (bytes: Buffer) => classify(bytes, { headers: { 'Content-Type': type } });
    for (const length of [1, 5, head.length - 1, head.length, head.length + 9, form.length - 9]) {
      t.equal((await send(form.subarray(0, length))).status, 400, `${length} bytes`);
    }
    t.equal((await send(form)).status, 200);
    const parts = Buffer.from(`${'--b\r\n\r\n\r\n'.repeat(1000)}--b--\r\n`);
    t.ok([400, 413].includes((await send(parts)).status), 'parts that are nothing');
  },
);

t.test(
  'a connection over the limit takes the place of the one that was idle longest',
  async (t) => {
    const { server, port } = await serveApp(t, { server: { maxConnections: 2 } });
    const [first, second] = [await bothEnds(server), await bothEnds(server)];
    const closed = once(first.near, 'close');
    const request = 'GET /v2/health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    t.match(await raw(port, request), /^HTTP\/1.1 200 /);
    await closed;
    const answer = once(second.near, 'data');
    second.near.write(request);
    t.match(String(await answer), /^HTTP\/1.1 200 /);
  },
);
