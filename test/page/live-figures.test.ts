import t from 'tap';
import { readExposition } from '../../page/exposition.js';
import { isSameRun, liveFigures } from '../../page/live-figures.js';
import { Metrics } from '../../src/server/telemetry/metrics.js';
import { ModelMetrics } from '../../src/server/telemetry/model-metrics.js';

/** The metrics of the server itself, with one model that reports to them and another that is idle. */
function setUp() {
  const metrics = new Metrics([1, 2, 4]);
  const model = new ModelMetrics('demo', metrics);
  const idle = new ModelMetrics('idle', metrics);
  const gauges = { undispatched: 0, unsettled: 0 };
  metrics.watch('demo', gauges);
  model.laneServes('0.0', true);
  model.laneServes('0.1', false);
  idle.laneServes('0.0', true);
  const sample = async (atMs: number) => ({
    atMs,
    metrics: readExposition(await metrics.registry.metrics()),
  });
  function settle() {
    const times = { acceptedMs: 0, enteredMs: 0, dispatchedMs: 0, finishedMs: 0 };
    const output = { confidence: Float32Array.of(1), labelIndex: Int32Array.of(0) };
    model.settled({ ...times, output, batchSize: 1, reason: 'idle' });
  }
  return { model, gauges, sample, settle };
}

t.test('figures are differences of the counters over the time between', async (t) => {
  const { model, gauges, sample, settle } = setUp();
  // What was before the first sample does not count.
  settle();
  model.answered(9000);
  model.dispatched(4, 4, 'full');
  model.refused('queue_full', 5);
  model.ran('0.0', 1000, 4);
  const first = await sample(1000);
  for (let i = 0; i < 8; i++) settle();
  for (let i = 0; i < 6; i++) model.answered(2);
  model.answered(25);
  model.answered(45);
  model.dispatched(1, 1, 'idle');
  for (let i = 0; i < 2; i++) model.dispatched(2, 4, 'window');
  model.dispatched(3, 4, 'window');
  model.refused('overloaded', 2);
  model.refused('queue_full', 4);
  model.ran('0.0', 500, 4);
  Object.assign(gauges, { undispatched: 3, unsettled: 7 });
  const figures = liveFigures(first, await sample(3000), 'demo');
  t.match(figures, {
    imagesPerSecond: 4,
    inQueue: 3,
    meanBatchSize: 2,
    batchSizes: [
      { name: '1', share: 0.25 },
      { name: '2', share: 0.5 },
      { name: '3 to 4', share: 0.25 },
      { name: 'over 4', share: 0 },
    ],
    reasons: [
      { name: 'window', share: 0.75 },
      { name: 'idle', share: 0.25 },
    ],
    lanes: [
      { name: '0.0', isServing: true, busyShare: 0.25 },
      { name: '0.1', isServing: false, busyShare: 0 },
    ],
    refusals: [
      { code: 'queue_full', imagesPerSecond: 2 },
      { code: 'overloaded', imagesPerSecond: 1 },
    ],
  });
  // Six of eight are in the bucket from 1.5 to 2 ms, and the last one is in that from 30 to 50 ms.
  t.equal(figures.p50Ms?.toFixed(2), '1.83');
  t.equal(figures.p99Ms?.toFixed(1), '48.4');
});

t.test('a model without traffic has no latency and no batches', async (t) => {
  const { model, sample, settle } = setUp();
  const first = await sample(0);
  settle();
  model.dispatched(1, 1, 'idle');
  model.answered(3);
  const figures = liveFigures(first, await sample(1000), 'idle');
  t.match(figures, { imagesPerSecond: 0, inQueue: 0, reasons: [], refusals: [] });
  t.equal(figures.p50Ms, undefined);
  t.equal(figures.meanBatchSize, undefined);
  t.same(
    figures.batchSizes.map(({ share }) => share),
    [0, 0, 0, 0],
  );
  t.same(figures.lanes, [{ name: '0.0', isServing: true, busyShare: 0 }]);
});

t.test('metrics of another server give no figures rather than an error', async (t) => {
  const empty = { atMs: 0, metrics: readExposition('up 1') };
  const figures = liveFigures(empty, { ...empty, atMs: 1000 }, 'demo');
  t.match(figures, { imagesPerSecond: 0, batchSizes: [], lanes: [] });
});

t.test('samples before and after a restart are not compared', async (t) => {
  const at = (seconds: number) => ({
    atMs: 0,
    metrics: readExposition(`process_start_time_seconds ${seconds}`),
  });
  t.ok(isSameRun(at(5), at(5)));
  t.notOk(isSameRun(at(5), at(6)));
});
