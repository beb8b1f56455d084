import type { IncomingMessage } from 'node:http';
import t from 'tap';
import { checkRequest, MAX_HEADERS } from '../../../../src/server/http/receive/check-request.js';
import { raw } from '../../../helpers/raw.js';
import { serveApp } from '../../../helpers/serve-app.js';

function check(url: string, headers: readonly string[] = ['Host', 'x'], allowed: string[] = []) {
  return checkRequest({ url, rawHeaders: headers } as unknown as IncomingMessage, allowed);
}

t.test('dot segments and backslashes in a path are refused', async (t) => {
  for (const path of [
    '/api/classify/../../metrics',
    '/api/classify/%2e%2E/%2e./metrics',
    '/api/./classify',
    '/api/classify/..',
    '/..?x',
    '/api/classify\\..\\..\\metrics',
    '/api\\classify',
    'http://x/api/../metrics',
  ]) {
    t.equal(check(path), 400, path);
  }
  for (const path of ['/', '/a..b/...', '/.well-known/x', '/api?a=/../b', '/%2e%2e%2e', '*']) {
    t.equal(check(path), undefined, path);
  }
});

t.test('as many headers as are allowed, and one more', async (t) => {
  const fields = (count: number) => [
    'Host',
    'x',
    ...Array.from({ length: count - 1 }, (_, i) => [`a${i}`, '']).flat(),
  ];
  t.equal(check('/', fields(MAX_HEADERS)), undefined);
  t.equal(check('/', fields(MAX_HEADERS + 1)), 431);
});

t.test('one Host, of the list if there is one', async (t) => {
  t.equal(check('/', []), 400);
  t.equal(check('/', ['Host', 'x', 'host', 'x']), 400);
  const allowed = ['api.example', '[::1]'];
  for (const host of ['api.example', 'API.example:8000', '[::1]:80', '[::1]']) {
    t.equal(check('/', ['Host', host], allowed), undefined, host);
  }
  for (const host of ['evil.example', '', 'api.example.evil:8000']) {
    t.equal(check('/', ['Host', host], allowed), 421, host);
  }
});

t.test('such requests are answered, logged and end their connection', async (t) => {
  const { port, lines } = await serveApp(t, { server: { allowedHosts: ['x'] } });
  const get = (path: string, fields = '') =>
    raw(port, `GET ${path} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`);
  t.match(await get('/api/classify/../../metrics'), /^HTTP\/1\.1 400 [\s\S]*Connection: close/);
  t.match(await get('/', 'a:\r\n'.repeat(MAX_HEADERS)), /^HTTP\/1\.1 431 /);
  t.match(await get('/', 'a:\r\n'.repeat(2 * MAX_HEADERS)), /^HTTP\/1\.1 431 /, 'many more');
  t.match(await raw(port, 'GET / HTTP/1.1\r\nHost: y\r\n\r\n'), /^HTTP\/1\.1 421 /);
  t.match(
    lines.map(({ status }) => status),
    [400, 431, 431, 421],
  );
});
