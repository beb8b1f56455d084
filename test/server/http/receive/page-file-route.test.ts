import t from 'tap';
import { readPage } from '../../../../src/server/http/read-page.js';
import { raw } from '../../../helpers/raw.js';
import { serveApp } from '../../../helpers/serve-app.js';

const BROWSER = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

t.test(
  'a browser gets the page at the root, and others still hear that the server is alive',
  async (t) => {
    const { url } = await serveApp(t);
    const page = await fetch(url, { headers: BROWSER });
    t.equal(page.status, 200);
    t.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
    t.equal(page.headers.get('vary'), 'Accept');
    t.match(await page.text(), /<title>Batch Dispatch<\/title>/);
    for (const accept of ['*/*', 'application/json']) {
      const alive = await fetch(url, { headers: { Accept: accept } });
      t.same(await alive.json(), { status: 'alive' }, accept);
      t.equal(alive.headers.get('vary'), 'Accept');
    }
  },
);

t.test('everything that the page refers to is there, with its type', async (t) => {
  const { url } = await serveApp(t);
  const html = await (await fetch(url, { headers: BROWSER })).text();
  const waiting = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => `/${path}`);
  t.ok(waiting.length >= 3);
  t.notMatch(html, /(?:href|src)="\//, 'a proxy may serve the page under another path');
  const types: Record<string, string> = {
    js: 'text/javascript',
    css: 'text/css',
    svg: 'image/svg+xml',
  };
  const found = new Set<string>();
  for (const path of waiting) {
    if (found.has(path)) continue;
    found.add(path);
    const response = await fetch(url + path);
    t.equal(response.status, 200, path);
    t.match(response.headers.get('content-type'), types[path.split('.').at(-1) ?? ''], path);
    for (const [, name] of (await response.text()).matchAll(
      /^(?:import|} from) .*?'\.\/([^']+)'/gm,
    ))
      waiting.push(`/page/${name}`);
  }
  t.same([...found].sort(), [...readPage().files.keys()].sort(), 'no other file is served');
});

t.test(
  'no file needs a resource from elsewhere, an inline script or an inline style',
  async (t) => {
    const { html, files } = readPage();
    for (const { text } of [html, ...files.values()])
      t.notMatch(text.replaceAll('http://www.w3.org/2000/svg', ''), /https?:\/\/|innerHTML|eval\(/);
    t.notMatch(html.text, /<script(?![^>]* src=)| style=| on\w+=|<style/);
    const { url } = await serveApp(t);
    for (const path of ['/', ...files.keys()]) {
      const { headers } = await fetch(url + path, { headers: BROWSER });
      const policy = headers.get('content-security-policy');
      t.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; /, path);
      t.notMatch(policy, /unsafe|\*|https?:/, path);
      t.equal(headers.get('x-content-type-options'), 'nosniff', path);
      t.equal(headers.get('referrer-policy'), 'no-referrer', path);
    }
  },
);

t.test('a browser asks each time, and gets a file again only if it has changed', async (t) => {
  const { url } = await serveApp(t);
  for (const path of ['/', '/page/main.js']) {
    const first = await fetch(url + path, { headers: BROWSER });
    const etag = String(first.headers.get('etag'));
    t.match(etag, /^"[\w-]{43}"$/);
    t.equal(first.headers.get('cache-control'), 'no-cache');
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await fetch(url + path, { headers: { ...BROWSER, 'If-None-Match': known } });
      t.equal(again.status, 304, known);
      t.equal(await again.text(), '');
      t.equal(again.headers.get('etag'), etag);
    }
    const other = { ...BROWSER, 'If-None-Match': '"other"' };
    t.equal((await fetch(url + path, { headers: other })).status, 200);
  }
});

t.test('HEAD gives the headers alone, and other methods are refused', async (t) => {
  const { url } = await serveApp(t);
  for (const path of ['/', '/page/page.css']) {
    const got = await fetch(url + path, { headers: BROWSER });
    const head = await fetch(url + path, { method: 'HEAD', headers: BROWSER });
    t.equal(head.status, 200);
    t.equal(await head.text(), '');
    for (const name of ['content-type', 'etag', 'content-security-policy'])
      t.equal(head.headers.get(name), got.headers.get(name), name);
    const post = await fetch(url + path, { method: 'POST', headers: BROWSER });
    t.equal(post.status, 405);
    t.equal(post.headers.get('allow'), 'GET, HEAD');
  }
});

t.test('with page: false there is neither the page nor its files', async (t) => {
  const { url } = await serveApp(t, { server: { page: false } });
  t.equal((await fetch(url, { headers: BROWSER })).status, 404);
  t.equal((await fetch(`${url}/page/main.js`)).status, 404);
  t.same(await (await fetch(url)).json(), { status: 'alive' });
});

t.test('no other file can be reached', async (t) => {
  const { port } = await serveApp(t);
  for (const path of [
    '/page',
    '/page/',
    '/page/index.html',
    '/page/tsconfig.json',
    '/page/none.js',
    '/page/MAIN.JS',
    '/page//main.js',
    '/page/main.js/',
    '/page/main.js%00',
    '/page/..%2fpackage.json',
    '/page/%2e%2e/package.json',
    '/page/../package.json',
    '/page/..\\package.json',
  ]) {
    const answer = await raw(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    t.match(answer, /^HTTP\/1\.1 40[04] /, path);
    t.notMatch(answer, /batch-dispatch"|compilerOptions|doctype/, path);
  }
});

t.test(
  'the page is given out only under the names of the host, and before a model is warm',
  async (t) => {
    const { url } = await serveApp(t, { server: { allowedHosts: ['example.com'] } });
    t.equal((await fetch(url, { headers: BROWSER })).status, 421);
    const cold = await serveApp(t, { isWarm: false });
    t.equal((await fetch(cold.url, { headers: BROWSER })).status, 200);
  },
);

t.test('a program without its page says so when it starts', async (t) => {
  for (const folder of [t.testdir(), `${t.testdir()}/none`])
    t.throws(() => readPage(folder), { name: 'StartError', message: /server\.page to false/ });
});
