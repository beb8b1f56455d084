import { Counter, Registry } from 'prom-client';
import t from 'tap';
import { readSeries } from '../../../src/server/telemetry/read-series.js';

t.test('what prom-client writes is read back, whatever stands in a label', async (t) => {
  const registry = new Registry();
  const labelNames = ['model', 'size'];
  const counter = new Counter({ name: 'x_total', help: 'x', labelNames, registers: [registry] });
  const odd = 'a "quoted" {name}, with\nlines \\ and 1 = 2';
  counter.inc({ model: odd, size: 3 }, 1.5);
  counter.inc({ model: 'plain', size: 4 }, 2);
  new Counter({ name: 'bare_total', help: 'bare', registers: [registry] }).inc();
  const series = readSeries(await registry.metrics());
  t.same(
    series.map(({ name, labels, value }) => [name, Object.fromEntries(labels), value]),
    [
      ['x_total', { model: odd, size: '3' }, 1.5],
      ['x_total', { model: 'plain', size: '4' }, 2],
      ['bare_total', {}, 1],
    ],
  );
});
