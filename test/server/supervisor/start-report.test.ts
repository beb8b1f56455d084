import t from 'tap';
import { type Engine, readModelFolder } from '../../../src/engine/index.js';
import { configSchema } from '../../../src/server/config/config.js';
import { modelReport, startReport } from '../../../src/server/supervisor/start-report.js';

const CURVE = [{ batchSize: 1, ms: 2 }];
const MODEL = await readModelFolder('models/demo');

/** The report on an engine with so many lanes; only their number is told. */
function report(lanes: number, gpu?: string, profileBatchSize?: number) {
  const engine = {
    provider: gpu ? 'tensorrt' : 'cpu',
    lanes: Array.from({ length: lanes }),
    curve: CURVE,
    warmUpMs: 12.6,
    ...(profileBatchSize === undefined ? {} : { profileBatchSize }),
  } as unknown as Engine;
  const device = gpu
    ? { device: 0, gpu: { name: gpu, uuid: 'GPU-1', computeCapability: '9.0', memoryBytes: 1 } }
    : {};
  const plan = { index: 0, total: 1, ...device };
  return modelReport({ folder: 'a/folder', plan, model: MODEL, engine });
}

t.test('a model is reported with its classes, its input and its folder', async (t) => {
  const { width, height } = MODEL.manifest.input;
  t.equal(
    report(1).model,
    `${MODEL.manifest.name}, ${MODEL.labels.length} classes, input ${width}x${height}, from a/folder`,
  );
});

t.test('an engine is reported with its provider, device, lanes and warm-up', async (t) => {
  t.same(report(1), {
    ...report(1),
    engine: 'cpu, 1 lane, warmed up in 13 ms',
    provider: 'cpu',
    curve: CURVE,
  });
  t.equal(report(2, 'NVIDIA H200').engine, 'tensorrt on NVIDIA H200, 2 lanes, warmed up in 13 ms');
});

t.test('the bound of a profile is passed on, and none where there is none', async (t) => {
  t.equal(report(1, 'NVIDIA H200', 64).profileBatchSize, 64);
  t.notOk('profileBatchSize' in report(1), 'JSON would have no word for it');
});

/** The start report of a process with this configuration. */
function start(config: object) {
  return startReport({
    config: configSchema.parse(config),
    models: [report(1)],
    decoder: 'native, 3 threads',
  });
}

t.test('limits are reported as they are configured', async (t) => {
  t.match(start({ batching: { maxBatchSize: 7, maxQueueDelayMs: 3, maxQueueSize: 99 } }), {
    batching: 'up to 7 images, window 3 ms, queue of 99',
  });
  t.match(start({ batching: { maxBatchSize: 8, allowedBatchSizes: [2, 8] } }), {
    batching: /^batches of 2, 8 images, window 0 ms/,
  });
  t.equal(
    start({ decode: { maxPixels: 2_500_000 } }).decoder,
    'native, 3 threads, up to 2.5 megapixels',
  );
});

t.test('whether there is a page is reported as it is configured', async (t) => {
  t.equal(start({}).hasPage, true);
  t.equal(start({ server: { page: false } }).hasPage, false);
});

t.test('the address can be put into a browser, whatever the family', async (t) => {
  for (const [host, address] of [
    ['127.0.0.1', 'http://127.0.0.1:8123'],
    ['::1', 'http://[::1]:8123'],
  ] as const) {
    t.equal(start({ server: { host, port: 8123 } }).address, address);
  }
});
