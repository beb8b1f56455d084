import pino from 'pino';
import t from 'tap';
import type { DispatchReason } from '../../../src/batcher/index.js';
import { Lifecycle } from '../../../src/server/lifecycle.js';
import { watchLanes } from '../../../src/server/models/watch-lanes.js';
import { Metrics } from '../../../src/server/telemetry/metrics.js';
import { ModelMetrics } from '../../../src/server/telemetry/model-metrics.js';

const MODEL = 'm';

/** Two lanes under watch, and what becomes known of them. */
function setUp() {
  const lines: { level: number; msg: string; lane: number; state?: string; cause?: string }[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const metrics = new Metrics([1, 2]);
  const lifecycle = new Lifecycle();
  lifecycle.serve();
  let timesLost = 0;
  const watch = watchLanes({
    model: MODEL,
    names: ['0.0', '0.1'],
    metrics: new ModelMetrics(MODEL, metrics),
    lifecycle,
    logger,
    hung: () => timesLost++,
  });
  /** The samples of a metric, by the labels that are not the model's. */
  async function samples(name: string): Promise<string[]> {
    const text = await metrics.registry.metrics();
    const of = new RegExp(`^batch_dispatch_${name}(\\{.*\\} .*)$`, 'gm');
    return [...text.matchAll(of)].map(([, sample]) => String(sample));
  }
  return { watch, lifecycle, lines, samples, timesLost: () => timesLost };
}

t.test('the model is unavailable while no lane serves, and not before', async (t) => {
  const { watch, lifecycle, timesLost } = setUp();
  watch.laneChanged(0, 'open', new Error('broken'));
  t.equal(lifecycle.notReady, undefined);
  watch.laneChanged(1, 'open', new Error('broken'));
  t.equal(lifecycle.notReady, 'engine_unavailable');
  watch.laneChanged(0, 'serving');
  t.equal(lifecycle.notReady, undefined);
  watch.laneChanged(0, 'open');
  t.equal(lifecycle.notReady, 'engine_unavailable', 'the other is still open');
  t.equal(timesLost(), 0, 'a lane that may come back costs no process');
});

t.test('a lane that hangs or has ended costs its process', async (t) => {
  for (const state of ['hung', 'ended'] as const) {
    const { watch, timesLost } = setUp();
    watch.laneChanged(1, state, new Error('gone'));
    t.equal(timesLost(), 1);
  }
});

t.test('the metrics say of each lane whether it serves', async (t) => {
  const { watch, samples } = setUp();
  const lanes = (first: 0 | 1, second: 0 | 1) => [
    `{model="m",lane="0.0"} ${first}`,
    `{model="m",lane="0.1"} ${second}`,
  ];
  t.same(await samples('lane_serving'), lanes(1, 1));
  watch.laneChanged(1, 'ended');
  t.same(await samples('lane_serving'), lanes(1, 0));
  watch.laneChanged(0, 'open');
  t.same(await samples('lane_serving'), lanes(0, 0));
  watch.laneChanged(0, 'serving');
  t.same(await samples('lane_serving'), lanes(1, 0));
});

t.test('the log has a line for each change, with the whole cause', async (t) => {
  const { watch, lines } = setUp();
  const cause = new Error('the lane has ended', { cause: new Error('the thread ended') });
  watch.laneChanged(1, 'ended', cause);
  watch.laneChanged(0, 'serving');
  t.match(lines, [
    {
      level: 50,
      model: MODEL,
      lane: 1,
      state: 'ended',
      cause: 'the lane has ended: the thread ended',
    },
    { level: 30, model: MODEL, lane: 0, msg: 'lane is back in service' },
  ]);
});

t.test('what happens to images and batches is counted', async (t) => {
  const { watch, samples } = setUp();
  const reason: DispatchReason = 'full';
  watch.accepted(3);
  watch.settled(new Error('a bug'));
  watch.dispatched(2, 2, reason);
  watch.ran(1, 500, 2);
  t.same(await samples('items_accepted_total'), ['{model="m"} 3']);
  t.ok((await samples('items_settled_total')).includes('{model="m",outcome="server_error"} 1'));
  t.ok((await samples('batches_total')).includes('{model="m",reason="full"} 1'));
});
