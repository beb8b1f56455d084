import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { externalWeights } from '../helpers/external-weights.js';
import { solidJpeg } from '../helpers/make-jpeg.js';
import { metric } from '../helpers/metric.js';
import { tinyClassifier, writeModelFolder } from '../helpers/onnx-models.js';
import { startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

const CUBE = readFileSync('images/1.jpg');
const RED = solidJpeg(16, 16, [255, 0, 0]);

/** Two models of different input sizes: the demo, and one of colours. */
function startBoth(t: Test, args: readonly string[] = []) {
  const colours = t.testdir();
  writeModelFolder(colours);
  return startServer(t, ['--model', 'models/demo', '--model', colours, ...args], {});
}

t.test('several models are served side by side, by name', async (t) => {
  const server = startBoth(t);
  const url = await server.url;
  t.match(server.stderr(), /model {5}demo, 20 classes.*\n(.*\n)+ +model {5}tiny, /);
  const classify = async (query: string, body: Buffer) =>
    await fetch(`${url}/api/classify${query}`, { method: 'POST', body });
  const first = await (await classify('', CUBE)).json();
  t.match(first, [{ label: /cube/ }], 'the first model answers who names none');
  t.same(await (await classify('?model=demo', CUBE)).json(), first);
  t.match(await (await classify('?model=tiny&top_k=1', RED)).json(), [{ label: /red/ }]);
  for (const name of ['', 'Demo', '..', '..%2fdemo', 'models%2fdemo', '%2fbenchmark', 'demo%00']) {
    const response = await classify(`?model=${name}`, CUBE);
    t.equal(response.status, 404, name);
    t.match(await response.json(), { code: 'model_not_found' });
  }
  t.equal((await fetch(`${url}/benchmark`)).status, 200);
  for (const [name, count] of [
    ['demo', 2],
    ['tiny', 1],
    ['/benchmark', 1],
  ] as const) {
    const series = `items_settled_total{model="${name}",outcome="ok"}`;
    await until(async () => (await metric(url, series)) === count);
  }
  for (const name of ['demo', 'tiny']) {
    t.match(await (await fetch(`${url}/v2/models/${name}`)).json(), { name });
  }
  server.child.kill('SIGTERM');
  t.same(await server.exited, [0, null]);
});

t.test('a model whose batch is fixed at 1 is opened, which is logged, and served', async (t) => {
  const folder = t.testdir();
  writeModelFolder(folder, { onnx: tinyClassifier({ batch: 1 }) });
  const server = startServer(t, ['--model', folder]);
  const form = new FormData();
  const colours = { red: [255, 0, 0], blue: [0, 0, 255], green: [0, 255, 0] } as const;
  for (const rgb of Object.values(colours)) {
    form.append('file', new Blob([new Uint8Array(solidJpeg(16, 16, rgb))]));
  }
  const url = await server.url;
  const response = await fetch(`${url}/api/classify?top_k=1`, { method: 'POST', body: form });
  t.match(
    await response.json(),
    Object.keys(colours).map((label) => ({ predictions: [{ label: new RegExp(label) }] })),
  );
  t.match(
    server.stderr(),
    /model\.onnx: the batch was fixed at 1 and is now dynamic; a batch of 5 gives/,
  );
});

t.test('two models of one name do not start', async (t) => {
  const copy = join(t.testdir(), 'copy');
  cpSync('models/demo', copy, { recursive: true });
  const server = startServer(t, ['--model', 'models/demo', '--model', copy]);
  t.same(await server.exited, [1, null]);
  t.match(server.stderr(), /two models are named "demo"; change the name/);
});

t.test('one of two models that cannot be served is named', async (t) => {
  const folder = t.testdir();
  writeModelFolder(folder);
  writeFileSync(join(folder, 'labels.txt'), 'one\n');
  const server = startServer(t, ['--model', 'models/demo', '--model', folder]);
  t.same(await server.exited, [1, null]);
  t.match(server.stderr(), /labels\.txt has 1 labels but the model has/);
});

t.test(
  'fixed batches, images without a batch, and weights in another file are served',
  async (t) => {
    const folder = t.testdir();
    const eight = join(folder, 'eight');
    const one = join(folder, 'one');
    writeModelFolder(eight, { onnx: tinyClassifier({ batch: 8 }), manifest: { name: 'eight' } });
    const { onnx, weights } = externalWeights(tinyClassifier({ hasBatch: false }), 'w.data');
    writeModelFolder(one, { onnx, manifest: { name: 'one' } });
    writeFileSync(join(one, 'w.data'), weights);
    const server = startServer(t, ['--model', eight, '--model', one]);
    const url = await server.url;
    t.match(
      server.stderr(),
      /eight\/model\.onnx: the batch is fixed at 8, so every run computes 8/,
    );
    t.match(
      server.stderr(),
      /one\/model\.onnx: the batch is fixed at 1 .* so images run one by one/,
    );
    const colours = [
      ['red', [255, 0, 0]],
      ['green', [0, 255, 0]],
      ['blue', [0, 0, 255]],
    ] as const;
    // Twelve images at once: more than one batch of 8, and no multiple of it.
    const images = Array.from({ length: 12 }, (_, i) => colours[i % 3] ?? colours[0]);
    const form = () => {
      const body = new FormData();
      for (const [, rgb] of images) {
        body.append('file', new Blob([new Uint8Array(solidJpeg(16, 16, rgb))]));
      }
      return { method: 'POST', body };
    };
    for (const [name, most] of [
      ['eight', 8],
      ['one', 1],
    ] as const) {
      const response = await fetch(`${url}/api/classify?top_k=1&model=${name}`, form());
      const answers = (await response.json()) as { predictions: { label: string }[] }[];
      const labels = answers.map(({ predictions }) => predictions[0]?.label.split(' ')[1]);
      t.same(
        labels,
        images.map(([colour]) => colour),
        name,
      );
      const sizes = (response.headers.get('x-batch-size') ?? '').split(',').map(Number);
      t.ok(
        sizes.every((size) => size <= most),
        `${name}: ${sizes}`,
      );
      const { batching } = (await (await fetch(`${url}/v2/models/${name}`)).json()) as {
        batching: object;
      };
      t.match(batching, { maxBatchSize: most, allowedBatchSizes: [most] });
    }
    server.child.kill('SIGTERM');
    t.same(await server.exited, [0, null]);
  },
);
