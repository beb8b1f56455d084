import t from 'tap';
import { serveApp } from '../../helpers/serve-app.js';

t.test('the root says that the server is alive to who does not ask for a page', async (t) => {
  const { url } = await serveApp(t);
  const alive = await fetch(url);
  t.equal(alive.status, 200);
  t.same(await alive.json(), { status: 'alive' });
  t.equal((await fetch(url, { method: 'HEAD' })).status, 200);
  t.equal((await fetch(url, { method: 'POST' })).headers.get('allow'), 'GET, HEAD');
});

t.test('the models are listed once they are warm', async (t) => {
  const warm = await serveApp(t);
  t.same(await (await fetch(`${warm.url}/v2/models`)).json(), { models: ['colours'] });
  const cold = await serveApp(t, { isWarm: false });
  const refused = await fetch(`${cold.url}/v2/models`);
  t.match(await refused.json(), { code: 'engine_unavailable' });
});

const PREFLIGHT = {
  method: 'OPTIONS',
  headers: {
    Origin: 'https://example.com',
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': 'x-request-timeout-ms',
  },
};
const ALLOWED = 'access-control-allow-origin';

t.test('pages of other origins may not call unless the configuration allows theirs', async (t) => {
  const closed = await serveApp(t);
  const refused = await fetch(`${closed.url}/api/classify`, PREFLIGHT);
  t.equal(refused.status, 405);
  t.equal(refused.headers.get(ALLOWED), null);
  t.equal((await fetch(closed.url, { headers: PREFLIGHT.headers })).headers.get(ALLOWED), null);

  const open = await serveApp(t, { server: { corsOrigins: ['https://example.com'] } });
  const preflight = await fetch(`${open.url}/api/classify`, PREFLIGHT);
  t.equal(preflight.status, 204);
  t.equal(preflight.headers.get(ALLOWED), 'https://example.com');
  t.match(preflight.headers.get('access-control-allow-headers'), /x-request-timeout-ms/);
  const call = await fetch(`${open.url}/api/classify`, {
    method: 'POST',
    headers: { Origin: 'https://example.com' },
    body: 'no image',
  });
  t.equal(call.status, 400, 'problems are readable too');
  t.equal(call.headers.get(ALLOWED), 'https://example.com');
  const stranger = { headers: { Origin: 'https://example.org' } };
  t.equal((await fetch(open.url, stranger)).headers.get(ALLOWED), null);

  const all = await serveApp(t, { server: { corsOrigins: ['*'] } });
  t.equal((await fetch(all.url, stranger)).headers.get(ALLOWED), '*');
});

t.test('the routes leave Hono its fastest router', async (t) => {
  const { app } = await serveApp(t);
  await app.request('/ping');
  t.equal(app.router.name, 'SmartRouter + RegExpRouter');
});
