import t from 'tap';
import { solidJpeg } from '../../../helpers/make-jpeg.js';
import { serveApp } from '../../../helpers/serve-app.js';

const RED = { b64: solidJpeg(16, 16, [200, 40, 10]).toString('base64') };
const BLUE = { b64: solidJpeg(16, 16, [10, 40, 200]).toString('base64') };

function near(row: readonly number[] | undefined, ...shares: readonly number[]): boolean {
  return shares.every((share, i) => Math.abs(share - Number(row?.[i])) < 0.03);
}

t.test('KServe v1 and TensorFlow Serving: every form of images gets all scores', async (t) => {
  const { url } = await serveApp(t);
  const ask = async (body: unknown, path = '/v1/models/colours:predict') => {
    const init = { method: 'POST', body: JSON.stringify(body) };
    return (await (await fetch(url + path, init)).json()) as Record<string, number[][]>;
  };
  const byRow = [
    { instances: [RED, BLUE] },
    { instances: [{ image_bytes: RED }, { image: BLUE }], signature_name: 'serving_default' },
  ];
  for (const body of byRow) {
    const { predictions } = await ask(body);
    t.ok(near(predictions?.[0], 0.8, 0.16, 0.04) && near(predictions?.[1], 0.04, 0.16, 0.8));
  }
  for (const inputs of [{ image: [RED, BLUE] }, [RED, BLUE], { image: RED }, RED]) {
    const { outputs } = await ask({ inputs });
    t.ok(near(outputs?.[0], 0.8, 0.16, 0.04), JSON.stringify(inputs).slice(0, 20));
  }
  for (const version of ['0', '1']) {
    const path = `/v1/models/colours/versions/${version}:predict`;
    t.equal((await ask({ instances: [RED] }, path))['predictions']?.length, 1);
  }
  t.equal(
    (await ask({ instances: [RED] }, '/v1/models/colours%3Apredict'))['predictions']?.length,
    1,
  );
});

t.test('the status of a model, by name and version', async (t) => {
  const { url } = await serveApp(t);
  for (const path of ['', '/versions/0', '/versions/1']) {
    t.match(await (await fetch(`${url}/v1/models/colours${path}`)).json(), {
      name: 'colours',
      ready: true,
      model_version_status: [{ version: '1', state: 'AVAILABLE', status: { error_code: 'OK' } }],
    });
  }
  t.equal((await fetch(`${url}/v1/models/colours/versions/2`)).status, 404);
  t.same(await (await fetch(`${url}/v1/models`)).json(), { models: ['colours'] });
});

t.test('what is wrong with a request for predictions', async (t) => {
  const { url } = await serveApp(t, { limits: { maxQueueSize: 3 } });
  const predict = '/v1/models/colours:predict';
  const cases: [string, unknown, string][] = [
    [predict, '', 'empty_body'],
    [predict, {}, 'invalid_body'],
    [predict, { instances: [] }, 'invalid_body'],
    [predict, { instances: [[1, 2, 3]] }, 'invalid_body'],
    [predict, { instances: [{ b64: 7 }] }, 'invalid_body'],
    [predict, { inputs: { x: [RED] } }, 'invalid_body'],
    [predict, { instances: Array.from({ length: 1025 }, () => RED) }, 'invalid_body'],
    [predict, { instances: Array.from({ length: 1024 }, () => ({ b64: '' })) }, 'too_many_parts'],
    [predict, { instances: [RED, RED, RED, RED] }, 'too_many_parts'],
    [predict, { instances: [{ b64: '' }] }, 'empty_body'],
    [predict, { instances: [RED, { b64: 'QUJD' }] }, 'undecodable_image'],
    [`${predict}?top_k=3`, { instances: [RED] }, 'invalid_query'],
    ['/v1/models/x:predict', { instances: [RED] }, 'model_not_found'],
    ['/v1/models/colours/versions/2:predict', { instances: [RED] }, 'model_not_found'],
    ['/v1/models/colours:explain', { instances: [RED] }, 'not_found'],
    ['/v1/models/colours', { instances: [RED] }, 'not_found'],
  ];
  for (const [path, body, code] of cases) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url + path, { method: 'POST', body: text });
    t.equal(response.headers.get('content-type'), 'application/json');
    t.match(await response.json(), { code, error: /\.$/ }, `${path} ${text.slice(0, 40)}`);
  }
  const body = JSON.stringify({ instances: [RED, RED, RED] });
  t.equal((await fetch(url + predict, { method: 'POST', body })).status, 200, 'at the limit');
});
