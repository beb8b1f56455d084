import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { explainProvider } from '../../../src/engine/explain-provider.js';
import {
  type Engine,
  engineRuntime,
  keepCurve,
  readModelFolder,
} from '../../../src/engine/index.js';
import { curveBatchSizes, measureCurve } from '../../../src/engine/lane/measure-curve.js';

const CURVE = [{ batchSize: 1, ms: 2 }];

t.test(
  'the curve is drawn through powers of two and the largest, or the allowed sizes',
  async (t) => {
    t.same(curveBatchSizes(1, []), [1]);
    t.same(curveBatchSizes(8, []), [1, 2, 4, 8]);
    t.same(curveBatchSizes(9, []), [1, 2, 4, 8, 9]);
    t.same(curveBatchSizes(9, [3, 9]), [3, 9]);
  },
);

t.test('each size runs a few times, the largest first, and the curve rises by size', async (t) => {
  const runs: number[] = [];
  const curve = await measureCurve([1, 4], async (batchSize) => void runs.push(batchSize));
  t.same(
    curve.map(({ batchSize }) => batchSize),
    [1, 4],
  );
  t.ok(curve.every(({ ms }) => ms >= 0 && Number.isFinite(ms)));
  t.equal(runs[0], 4);
  t.same(
    runs,
    [...runs].sort((a, b) => b - a),
  );
  t.equal(runs.filter((size) => size === 1).length, 10, 'quick ones at most ten times');
});

t.test('progress rises with the images that are done, and ends at all of them', async (t) => {
  const shares: number[] = [];
  await measureCurve(
    [1, 3],
    async () => {},
    (share) => shares.push(share),
  );
  t.equal(shares[0], 0.25, 'a third of the runs of 3 of 4 images');
  t.same(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  t.equal(shares.at(-1), 1);
});

t.test('a run that fails fails the measurement', async (t) => {
  const fail = async () => {
    throw new Error('no memory');
  };
  await t.rejects(measureCurve([1], fail), /no memory/);
});

t.test('a curve is kept beside its model, where that can be written to', async (t) => {
  const folder = t.testdir({ file: '' });
  const model = await readModelFolder('models/demo');
  const engine: Engine = { provider: 'cuda', lanes: [], curve: CURVE, warmUpMs: 1 };
  await keepCurve(folder, model, engine, 'NVIDIA H200 NVL');
  const [name] = readdirSync(join(folder, 'latency-curves'));
  t.equal(name, 'cuda-nvidia-h200-nvl.json');
  const record = JSON.parse(readFileSync(join(folder, 'latency-curves', String(name)), 'utf8'));
  t.match(record, { provider: 'cuda', device: 'NVIDIA H200 NVL', curve: CURVE, lanes: 0 });
  await keepCurve(join(folder, 'file'), model, engine, 'x');
});

t.test(
  'the runtime hands the graph to every provider but tensorrt, which needs a GPU',
  async (t) => {
    const model = await readModelFolder('models/demo');
    const runtime = engineRuntime({
      model,
      modelFolder: t.testdir(),
      precision: 'fp16',
      maxBatchSize: 4,
      build: false,
      allowCpuNodes: true,
      gpus: 0,
      say: () => {},
      tick: () => {},
    });
    for (const provider of ['cuda', 'webgpu', 'cpu'] as const) {
      t.same(await runtime.prepare(provider), {
        provider,
        model: model.graph,
        allowCpuNodes: true,
      });
    }
    await t.rejects(runtime.prepare('tensorrt'), { message: /no NVIDIA GPU/ });
    t.match(await runtime.whatIsMissing('cuda'), /no NVIDIA GPU/);
    t.equal(await runtime.explain('cpu'), undefined);
    t.match(await explainProvider('cuda'), /libonnxruntime_providers.*; run npm run gpu:install/);
  },
);
