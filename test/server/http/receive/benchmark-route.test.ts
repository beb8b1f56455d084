import t from 'tap';
import { solidJpeg } from '../../../helpers/make-jpeg.js';
import { raw } from '../../../helpers/raw.js';
import { serveApp } from '../../../helpers/serve-app.js';

const PHOTO = solidJpeg(16, 16, [220, 10, 20]);

t.test('any method is answered with an empty 200 that says how it was run', async (t) => {
  const { url, batcher } = await serveApp(t);
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const body = method === 'POST' || method === 'PUT' ? PHOTO : null;
    const response = await fetch(`${url}/benchmark`, { method, body });
    t.equal(response.status, 200, method);
    t.equal((await response.arrayBuffer()).byteLength, 0);
    t.equal(response.headers.get('x-batch-size'), '1');
    t.match(response.headers.get('server-timing'), /queue;dur=.*infer;dur=/);
  }
  t.equal(batcher.unsettled, 0);
});

t.test('it waits for the warm-up, and for the drain there is an error', async (t) => {
  const cold = await serveApp(t, { isWarm: false });
  const early = await fetch(`${cold.url}/benchmark`);
  t.match(await early.json(), { code: 'engine_unavailable', status: 503 });
  const ending = await serveApp(t);
  ending.lifecycle.end('draining');
  const late = await fetch(`${ending.url}/benchmark`);
  t.match(await late.json(), { code: 'draining', status: 503 });
});

t.test('a null model that cannot be opened is said, and why only in the log', async (t) => {
  const { url, lines } = await serveApp(t, {
    nullBatcher: async () => {
      throw new Error('libcudart is missing');
    },
  });
  const response = await fetch(`${url}/benchmark`);
  const text = await response.text();
  t.equal(response.status, 503);
  t.match(JSON.parse(text), { code: 'engine_unavailable' });
  t.notMatch(text, /libcudart/);
  t.match(lines.at(-1), { code: 'engine_unavailable', cause: /libcudart/ });
});

t.test('a body that is not wanted is not read to its end if it is long', async (t) => {
  const { port } = await serveApp(t);
  const head = (bytes: number) =>
    `POST /benchmark HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`;
  const limit = 256 * 1024;
  t.match(await raw(port, head(limit + 1), 'abc'), /^HTTP\/1\.1 200 [\s\S]*Connection: close/);
  const short = raw(port, head(limit), Buffer.alloc(limit), 'nonsense\r\n\r\n');
  t.match(await short, /^HTTP\/1\.1 200 (?:(?!Connection: close)[\s\S])*HTTP\/1\.1 400 /);
});

t.test('it can be turned off', async (t) => {
  const { url } = await serveApp(t, { server: { benchmark: false } });
  t.equal((await fetch(`${url}/benchmark`)).status, 404);
});
