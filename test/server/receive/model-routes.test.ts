import t from 'tap';
import { DESCRIPTION, serveApp } from '../../helpers/serve-app.js';

t.test('a model is described under its name, and its curve beside it', async (t) => {
  const { url } = await serveApp(t);
  const model = await fetch(`${url}/v2/models/colours`);
  t.equal(model.status, 200);
  t.same(await model.json(), DESCRIPTION);
  const curve = await fetch(`${url}/v2/models/colours/latency-curve`);
  t.same(await curve.json(), DESCRIPTION.latencyCurve);
});

t.test('another name is no model, and a name is never a path', async (t) => {
  const { url } = await serveApp(t);
  for (const name of ['demo', 'Colours', '%2e%2e', '..%2fcolours', 'colours%00', 'c'.repeat(300)]) {
    for (const path of [`/v2/models/${name}`, `/v2/models/${name}/latency-curve`]) {
      const response = await fetch(url + path);
      t.equal(response.status, 404, path);
      t.match(await response.json(), { code: /^(model_)?not_found$/ });
    }
  }
  t.equal(
    (await fetch(`${url}/v2/models/colours`, { method: 'POST' })).headers.get('allow'),
    'GET, HEAD',
  );
});

t.test('before the warm-up has ended there is nothing to describe', async (t) => {
  const { url } = await serveApp(t, { isWarm: false });
  const response = await fetch(`${url}/v2/models/colours`);
  t.match(await response.json(), { code: 'engine_unavailable', status: 503 });
});
