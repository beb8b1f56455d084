import t from 'tap';
import { pixelsOf } from '../../../src/engine/index.js';
import { solidJpeg } from '../../helpers/make-jpeg.js';
import { chunk, ihdr, pngOf } from '../../helpers/make-png.js';
import { colourLane, type RunBatch, serveApp } from '../../helpers/serve-app.js';
import { until } from '../../helpers/until.js';

const RED = solidJpeg(16, 16, [220, 10, 20]);
const WHITE = solidJpeg(16, 16, [255, 255, 255]);
/** Its header is whole and its pixels are not. */
const BROKEN = pngOf(ihdr(), chunk('IDAT', Buffer.from('no pixels')), chunk('IEND'));

/** Fails any batch with a white image in it. */
const poisonable: RunBatch = async (images, paddedSize) => {
  if (images.some((image) => pixelsOf(image)[0] === 255)) throw new Error('poison');
  return await colourLane(images, paddedSize);
};

/** The values of a metric by the value of its label, that of the model aside. */
function values(text: string, name: string): Record<string, number> {
  const lines = text.matchAll(
    new RegExp(
      `^batch_dispatch_${name}(?:{(?:model="colours",?)?(?:\\w+="(\\w+)")?})? (\\S+)$`,
      'gm',
    ),
  );
  return Object.fromEntries([...lines].map(([, label, value]) => [label ?? '', Number(value)]));
}

t.test('accepted images are the sum of how they ended, exactly', async (t) => {
  const { classify, url, batcher } = await serveApp(t, { lane: poisonable });
  const gone = new AbortController();
  const requests = Array.from({ length: 60 }, async (_, i) => {
    const headers = { 'X-Request-Timeout-Ms': i % 7 === 0 ? '1' : '5000' };
    const body = [RED, RED, WHITE, BROKEN, Buffer.from('no image')][i % 5] as Buffer;
    const signal = i % 11 === 0 ? gone.signal : null;
    await classify(body, { headers, signal }).catch(() => {});
  });
  await until(() => batcher.unsettled > 0);
  gone.abort();
  await Promise.all(requests);
  await until(() => batcher.unsettled === 0);
  const response = await fetch(`${url}/metrics`);
  t.match(response.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  const { ok, client_error, server_error, deadline, cancelled } = values(
    text,
    'items_settled_total',
  );
  const sum = [ok, client_error, server_error, deadline, cancelled].reduce(
    (total: number, value) => total + Number(value),
    0,
  );
  t.equal(sum, values(text, 'items_accepted_total')['']);
  for (const [outcome, count] of Object.entries({ ok, client_error, server_error })) {
    t.ok(Number(count) > 0, outcome);
  }
  t.ok(Number(values(text, 'items_refused_total')['undecodable_image']) > 0);
});

t.test('a batch is counted by its reason, its size and its time', async (t) => {
  const { classify, metrics } = await serveApp(t, { limits: { allowedBatchSizes: [4] } });
  for (let i = 0; i < 3; i++) t.equal((await classify(RED)).headers.get('x-batch-size'), '1');
  await classify(RED, { method: 'PATCH' });
  const text = await metrics.registry.metrics();
  t.same(values(text, 'batches_total'), { deadline: 0, drain: 0, full: 0, idle: 3, window: 0 });
  t.match(text, /batch_dispatch_batch_size_bucket\{le="1",model="colours"\} 3\n/);
  t.same(values(text, 'padding_total'), { '': 9 });
  const requests = Object.entries(values(text, 'requests_total')).filter(([, count]) => count > 0);
  t.same(Object.fromEntries(requests), { ok: 3, method_not_allowed: 1 });
  t.same(values(text, 'runs_total'), { 4: 3 });
  t.same(values(text, 'items_in_queue'), { '': 0 });
  t.same(values(text, 'lane_serving'), { 0: 1 });
  t.ok(Number(values(text, 'lane_busy_seconds_total')['0']) > 0);
  for (const stage of ['receive', 'decode', 'queue', 'infer', 'respond']) {
    t.equal(values(text, 'stage_seconds_count')[stage], 3, stage);
  }
});

t.test('the whole time of a request is longer than its stages', async (t) => {
  const { classify, metrics } = await serveApp(t);
  for (const body of [RED, RED, Buffer.from('no image')]) await classify(body);
  const text = await metrics.registry.metrics();
  const stages = values(text, 'stage_seconds_sum');
  const sum = ['decode', 'queue', 'infer', 'respond'].reduce(
    (s, name) => s + Number(stages[name]),
    0,
  );
  t.equal(values(text, 'request_duration_seconds_count')[''], 2, 'refused ones do not count');
  t.ok(Number(values(text, 'request_duration_seconds_sum')['']) > sum);
});

t.test('every series whose labels are known exists before its first event', async (t) => {
  const { metrics, url, classify } = await serveApp(t);
  const names = async () => (await metrics.registry.metrics()).match(/^batch_dispatch_[^ ]+/gm);
  const before = await names();
  await classify(RED);
  await classify(Buffer.from('no image'));
  await fetch(`${url}/nowhere`);
  const added = (await names())?.filter((name) => !before?.includes(name));
  t.same(added, [
    'batch_dispatch_runs_total{model="colours",size="1"}',
    'batch_dispatch_run_seconds_total{model="colours",size="1"}',
  ]);
  t.ok(before?.includes('batch_dispatch_requests_total{code="queue_full"}'));
});

t.test('the versions are labels of build_info', async (t) => {
  const { metrics } = await serveApp(t);
  t.match(
    await metrics.registry.metrics(),
    /^batch_dispatch_build_info\{version="\d+\.\d+\.\d+",node="\d+\.\d+\.\d+",onnxruntime="\d+\.\d+\.\d+"\} 1$/m,
  );
});
