import { AggregatorRegistry, Histogram, Registry } from 'prom-client';
import t from 'tap';
import { BoundCounter, BoundHistogram } from '../../../src/server/telemetry/bound-series.js';

const CONFIG = { name: 'seconds', help: 'Seconds.', labelNames: ['stage'], buckets: [1, 2, 4] };

t.test('a bound histogram has the values of a plain one, in both formats', async (t) => {
  const [bound, plain] = [new Registry(), new Registry()];
  const series = new BoundHistogram({ ...CONFIG, registers: [bound] }).bind({ stage: 'queue' });
  const histogram = new Histogram({ ...CONFIG, registers: [plain] });
  histogram.zero({ stage: 'queue' });
  for (const value of [undefined, 0, 1, 1.5, 2, 4, 4.1, 100]) {
    if (value !== undefined) {
      series.observe(value);
      histogram.observe({ stage: 'queue' }, value);
    }
    t.equal(await bound.metrics(), await plain.metrics());
    const [text, plainText] = await Promise.all(
      [bound, plain].map(async (registry) => {
        const json = structuredClone(await registry.getMetricsAsJSON());
        return await AggregatorRegistry.aggregate([json, json] as object[][]).metrics();
      }),
    );
    t.equal(text, plainText, 'and when processes are added up');
  }
});

t.test('a bound counter begins with 0 and counts each series apart', async (t) => {
  const registry = new Registry();
  const counter = new BoundCounter({
    name: 'images_total',
    help: 'Images.',
    labelNames: ['code'],
    registers: [registry],
  });
  const [good, bad] = [counter.bind({ code: 'good' }), counter.bind({ code: 'bad "x"' })];
  const values = async () => (await registry.metrics()).match(/^images_total.*/gm);
  t.same(await values(), ['images_total{code="good"} 0', 'images_total{code="bad \\"x\\""} 0']);
  good.inc();
  counter.bind({ code: 'good' }).inc();
  bad.inc(5);
  t.same(await values(), ['images_total{code="good"} 2', 'images_total{code="bad \\"x\\""} 5']);
});
