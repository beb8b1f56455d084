import t from 'tap';
import { elements, inferBody } from '../../../../helpers/infer.js';
import { solidJpeg } from '../../../../helpers/make-jpeg.js';
import { serveApp } from '../../../../helpers/serve-app.js';

const RED = solidJpeg(16, 16, [200, 40, 10]);

t.test('the server, its models and their configuration', async (t) => {
  const { url } = await serveApp(t, { limits: { maxBatchSize: 4 } });
  const json = async (path: string, init?: RequestInit) => (await fetch(url + path, init)).json();
  t.match(await json('/v2'), {
    name: 'batch-dispatch',
    version: /^\d+\.\d+\.\d+/,
    extensions: ['classification', 'binary_tensor_data', /./, /./, 'statistics', 'parameters'],
  });
  for (const version of ['', '/versions/1']) {
    t.same(await json(`/v2/models/colours${version}/ready`), { name: 'colours', ready: true });
    t.match(await json(`/v2/models/colours${version}/config`), {
      name: 'colours',
      backend: 'onnxruntime',
      max_batch_size: 32,
      input: [{ name: 'image', data_type: 'TYPE_STRING', dims: [1] }],
      output: [{ name: 'scores', data_type: 'TYPE_FP32', dims: [3] }],
      dynamic_batching: { preferred_batch_size: [32], max_queue_delay_microseconds: 0 },
    });
  }
  const index = [{ name: 'colours', version: '1', state: 'READY', reason: '' }];
  t.same(await json('/v2/repository/index', { method: 'POST' }), index);
  t.same(await json('/v2/repository/index', { method: 'POST', body: '{"ready":true}' }), index);
  for (const path of ['/v2/models/x/ready', '/v2/models/colours/versions/2/config']) {
    t.match(await json(path), { code: 'model_not_found' });
  }
  t.equal((await fetch(`${url}/v2/repository/index`)).headers.get('allow'), 'POST');
});

t.test('a model that is not warm is not ready', async (t) => {
  const { url } = await serveApp(t, { isWarm: false });
  for (const path of ['/v2/models/colours/ready', '/v2/models/colours/stats', '/v2/models/stats']) {
    t.equal((await fetch(url + path)).status, 503, path);
  }
  t.equal((await fetch(`${url}/v2`)).status, 200);
});

t.test('the statistics count images, runs and their times', async (t) => {
  const { url, classify } = await serveApp(t);
  const read = async (path: string) => {
    const { model_stats } = (await (await fetch(url + path)).json()) as {
      model_stats: [Record<string, number> & { inference_stats: object; batch_stats: unknown[] }];
    };
    return model_stats[0];
  };
  const before = await read('/v2/models/stats');
  t.match(before, { name: 'colours', version: '1', last_inference: 0, inference_count: 0 });
  t.same(before.batch_stats, []);
  const startedMs = Date.now();
  await classify(RED);
  t.equal((await classify('no image')).status, 400);
  const tensor = elements(RED, RED);
  const inputs = [
    {
      name: 'image',
      datatype: 'BYTES',
      shape: [2],
      parameters: { binary_data_size: tensor.length },
    },
  ];
  const init = { method: 'POST', ...inferBody({ inputs }, tensor) };
  t.equal((await fetch(`${url}/v2/models/colours/infer`, init)).status, 200);
  for (const path of ['/v2/models/colours/stats', '/v2/models/colours/versions/1/stats']) {
    const after = await read(path);
    t.equal(after['inference_count'], 3);
    t.ok(Math.abs(Number(after['last_inference']) - startedMs) < 60_000, 'in milliseconds');
    const ran = { count: 3, ns: Number };
    t.match(after.inference_stats, {
      success: ran,
      fail: { count: 0, ns: 0 },
      queue: ran,
      compute_input: ran,
      compute_infer: ran,
      compute_output: ran,
      cache_hit: { count: 0, ns: 0 },
    });
    const runs = after.batch_stats as { batch_size: number; compute_infer: { count: number } }[];
    const count = runs.reduce((sum, { compute_infer }) => sum + compute_infer.count, 0);
    t.equal(count, after['execution_count']);
    const images = runs.reduce((sum, run) => sum + run.batch_size * run.compute_infer.count, 0);
    t.equal(images, 3);
  }
  t.equal((await fetch(`${url}/v2/models/x/stats`)).status, 404);
});
