import jpeg from 'jpeg-js';
import t from 'tap';
import { bothEnds } from '../../../helpers/both-ends.js';
import { raw } from '../../../helpers/raw.js';
import { colourLane, type RunBatch, serveApp } from '../../../helpers/serve-app.js';
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

t.test('all bodies together are bounded from their arrival to their answers', async (t) => {
  let finish = () => {};
  const lane: RunBatch = (images, size) =>
    new Promise((resolve) => {
      finish = () => resolve(colourLane(images, size));
    });
  const { server, classify, batcher, lines } = await serveApp(t, {
    lane,
    server: { maxBodyBytes: LIMIT, maxUploadBytes: LIMIT + IMAGE.length },
  });
  const held = classify(padded(LIMIT));
  await until(() => batcher.unsettled === 1 && batcher.undispatched === 0);
  const { near: second, arrived } = await bothEnds(server);
  second.write(`POST /api/classify HTTP/1.1\r\nHost: x\r\nContent-Length: ${IMAGE.length}\r\n\r\n`);
  second.write(IMAGE.subarray(0, 100));
  await arrived();
  const announced = await classify(IMAGE);
  t.equal(announced.status, 503);
  t.equal(announced.headers.get('retry-after'), '1');
  t.match(await announced.json(), { code: 'queue_full' });
  const arriving = await classify(
    stream(IMAGE) as unknown as RequestInit['body'],
    {
      duplex: 'half',
    } as RequestInit,
  );
  t.equal(arriving.status, 503, 'without a Content-Length too');
  second.destroy();
  await until(() => lines.length === 3);
  const third = classify(IMAGE);
  await until(() => batcher.unsettled === 2);
  finish();
  t.equal((await held).status, 200);
  await until(() => batcher.unsettled === 1 && batcher.undispatched === 0);
  finish();
  t.equal((await third).status, 200, 'in the place of the one who left');
});

t.test('a body gives its place back however its request ends', async (t) => {
  const { server, port, classify, lines } = await serveApp(t, {
    server: { maxBodyBytes: LIMIT, maxUploadBytes: LIMIT, requestTimeoutMs: 1000 },
  });
  const type = 'Content-Type: multipart/form-data; boundary=b\r\n';
  const part = '--b\r\nContent-Disposition: form-data; name="a"; filename="x"\r\n\r\n';
  const chunk = Buffer.concat([Buffer.from('800\r\n'), padded(0x800), Buffer.from('\r\n')]);
  const chunked = 'Transfer-Encoding: chunked\r\n';
  const ends: [string, number, ...(string | Buffer)[]][] = [
    [`Content-Length: ${LIMIT}\r\n`, 408, padded(LIMIT - 1)],
    [`Content-Length: ${LIMIT}\r\nX-Request-Timeout-Ms: 20\r\n`, 504, padded(LIMIT - 1)],
    [`Content-Length: ${LIMIT}\r\nConnection: close\r\n`, 400, Buffer.alloc(LIMIT)],
    [chunked, 413, chunk, chunk, chunk],
    [chunked, 400, chunk, 'nonsense'],
    [`${type}Content-Length: ${LIMIT}\r\n`, 413, part.repeat(65).slice(0, LIMIT - 1)],
    [`${type}${chunked}Connection: close\r\n`, 400, chunk, '0\r\n\r\n'],
  ];
  for (const [headers, status, ...body] of ends) {
    const head = `POST /api/classify HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
    const answer = await raw(port, head, ...body);
    t.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), headers);
    t.equal((await classify(padded(LIMIT))).status, 200);
  }
  const { near: gone, arrived } = await bothEnds(server);
  gone.write(`POST /api/classify HTTP/1.1\r\nHost: x\r\nContent-Length: ${LIMIT}\r\n\r\nabc`);
  await arrived();
  gone.destroy();
  await until(() => lines.at(-1)?.['code'] === 'client_gone');
  t.equal((await classify(padded(LIMIT))).status, 200);
});

t.test('what comes after a refusal holds no place while an earlier answer is owed', async (t) => {
  const part = '--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n';
  for (const [headers, status, begin] of [
    ['X-Request-Timeout-Ms: 20\r\n', 504, 'abc'],
    ['Content-Type: multipart/form-data; boundary=b\r\n', 413, part.repeat(65)],
  ] as const) {
    let finish: (() => void) | undefined;
    const { server, classify, lines } = await serveApp(t, {
      lane: async (images, size) => {
        if (!finish) await new Promise<void>((resolve) => (finish = resolve));
        return colourLane(images, size);
      },
      server: { maxBodyBytes: LIMIT, maxUploadBytes: LIMIT },
    });
    const head = 'POST /api/classify HTTP/1.1\r\nHost: x\r\n';
    const { near: socket, arrived } = await bothEnds(server);
    socket.resume();
    socket.write(`${head}Content-Length: ${IMAGE.length}\r\n\r\n`);
    socket.write(IMAGE);
    await until(() => finish !== undefined);
    socket.write(`${head}${headers}Content-Length: ${LIMIT - IMAGE.length}\r\n\r\n${begin}`);
    await until(() => lines.length === 1);
    t.match(lines, [{ status }]);
    socket.write('more');
    await arrived();
    finish?.();
    await until(() => socket.closed);
    t.equal((await classify(padded(LIMIT))).status, 200);
  }
});
