import { Validator } from '@seriousme/openapi-schema-validator';
import t from 'tap';
import { problem } from '../../../../src/server/http/api/answers.js';
import { openApi } from '../../../../src/server/http/api/open-api.js';
import { OPERATIONS } from '../../../../src/server/http/api/operations.js';
import { solidJpeg } from '../../../helpers/make-jpeg.js';
import { serveApp } from '../../../helpers/serve-app.js';

const RED = solidJpeg(16, 16, [200, 40, 10]);

t.test('the document is valid OpenAPI 3.1, and the server gives it out', async (t) => {
  const validator = new Validator();
  const result = await validator.validate(JSON.parse(JSON.stringify(openApi())));
  t.same(result.errors ?? [], []);
  t.ok(result.valid);
  t.equal(validator.version, '3.1');
  const { url } = await serveApp(t);
  t.same(await (await fetch(`${url}/openapi.json`)).json(), JSON.parse(JSON.stringify(openApi())));
  const ids = Object.values(openApi().paths).flatMap((methods) =>
    Object.values(methods).map((one) => (one as { operationId: string }).operationId),
  );
  t.equal(new Set(ids).size, ids.length, 'every operation has an id of its own');
});

t.test('the document has every route, and no other', async (t) => {
  // The page for browsers is no part of the API.
  const { app } = await serveApp(t, { server: { page: false } });
  const routes = app.routes
    .filter(({ method, path }) => method !== 'ALL' && path !== '/benchmark')
    .map(({ method, path }) => `${method.toLowerCase()} ${path}`);
  const documented = Object.entries(openApi().paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  // Hono takes the colon of a verb for the start of a parameter, and names of the same form for one path.
  const known = new Set([
    ...documented.map((one) => one.replace(':predict', '')),
    'get /v2/models/stats',
  ]);
  for (const route of routes) t.ok(known.has(route), route);
  for (const one of known) t.ok(one.endsWith('/stats') || routes.includes(one), one);
});

t.test('what the server answers is what the document says', async (t) => {
  const { url } = await serveApp(t);
  for (const { method, path, body, answer } of OPERATIONS) {
    if (answer === 'text') continue;
    const json = JSON.stringify(body?.example ?? {}).replace('IMAGE', RED.toString('base64'));
    const response = await fetch(url + path.replace('{name}', 'colours'), {
      method,
      ...(body ? { body: body.image ? RED : json } : {}),
    });
    t.equal(response.status, 200, path);
    const result = answer.safeParse(await response.json());
    t.ok(result.success, `${path} ${result.error?.message ?? ''}`);
  }
  const refused = await fetch(`${url}/api/classify`, { method: 'POST', body: 'no image' });
  t.ok(problem.safeParse(await refused.json()).success);
});
