import t from 'tap';
import { solidJpeg } from '../../../helpers/make-jpeg.js';
import { raw } from '../../../helpers/raw.js';
import { DESCRIPTION, serveApp } from '../../../helpers/serve-app.js';

const RED = solidJpeg(16, 16, [255, 0, 0]);

t.test('a model is described under its name, and its curve beside it', async (t) => {
  const { url } = await serveApp(t);
  const model = await fetch(`${url}/v2/models/colours`);
  t.equal(model.status, 200);
  t.same(await model.json(), {
    ...DESCRIPTION,
    versions: ['1'],
    platform: 'onnx_onnxv1',
    inputs: [{ name: 'image', datatype: 'BYTES', shape: [-1, 1] }],
    outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 3] }],
  });
  t.equal((await fetch(`${url}/v2/models/colours/versions/1`)).status, 200);
  const second = await fetch(`${url}/v2/models/colours/versions/2`);
  t.match(await second.json(), { code: 'model_not_found' });
  const curve = await fetch(`${url}/v2/models/colours/latency-curve`);
  t.same(await curve.json(), DESCRIPTION.latencyCurve);
});

/** None of them is a name, whatever a file system or an object would make of it. */
const ODD_NAMES = [
  'demo',
  'Colours',
  '.',
  '..',
  './colours',
  '../models/colours',
  '..\\colours',
  '/etc/passwd',
  'models/colours',
  'colours/',
  ' colours',
  'colours\0',
  'colours\n',
  '*',
  '__proto__',
  'constructor',
  'cölours',
  'c'.repeat(300),
];

t.test('another name is no model, and a name is never a path', async (t) => {
  const { url } = await serveApp(t);
  for (const name of ODD_NAMES) {
    // A dot alone would be taken out of the path before it is sent.
    const encoded = encodeURIComponent(name).replaceAll('.', '%2e');
    for (const path of [`/v2/models/${encoded}`, `/v2/models/${encoded}/latency-curve`]) {
      const response = await fetch(url + path);
      t.equal(response.status, 404, path);
      t.match(await response.json(), { code: /^(model_)?not_found$/ });
    }
    const asked = await fetch(`${url}/api/classify?model=${encodeURIComponent(name)}`, {
      method: 'POST',
      body: RED,
    });
    t.equal(asked.status, 404, `?model=${encodeURIComponent(name)}`);
    t.match(await asked.json(), { code: 'model_not_found' });
  }
  t.equal(
    (await fetch(`${url}/v2/models/colours`, { method: 'POST' })).headers.get('allow'),
    'GET, HEAD',
  );
  const right = await fetch(`${url}/api/classify?model=colours`, { method: 'POST', body: RED });
  t.equal(right.status, 200);
});

t.test('a path does not lead to files', async (t) => {
  const { url } = await serveApp(t);
  for (const path of ['/v2/models//etc/passwd', '/v2/models/%2fetc%2fpasswd']) {
    const request = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    const answer = await raw(Number(new URL(url).port), request);
    t.match(answer, /^HTTP\/1\.1 40[04] /, path);
  }
});

t.test('before the warm-up has ended there is nothing to describe', async (t) => {
  const { url } = await serveApp(t, { isWarm: false });
  const response = await fetch(`${url}/v2/models/colours`);
  t.match(await response.json(), { code: 'engine_unavailable', status: 503 });
});
