import t from 'tap';
import { readExposition, readNumber } from '../../page/exposition.js';

t.test('series are read by the name of their metric', async (t) => {
  const metrics = readExposition(`# HELP a_total What it counts.
# TYPE a_total counter
a_total{model="demo",code="ok"} 12
a_total{model="demo",code="queue_full"} 1e+3
b 0.5
c{le="+Inf"} 7 1795895653119
`);
  t.same([...metrics.keys()], ['a_total', 'b', 'c']);
  t.same(metrics.get('a_total'), [
    { labels: { model: 'demo', code: 'ok' }, value: 12 },
    { labels: { model: 'demo', code: 'queue_full' }, value: 1000 },
  ]);
  t.same(metrics.get('b'), [{ labels: {}, value: 0.5 }]);
  t.same(metrics.get('c'), [{ labels: { le: '+Inf' }, value: 7 }]);
});

t.test('labels may contain everything, escaped', async (t) => {
  const metrics = readExposition(String.raw`a{model="x\"y, z=\"1\"} \\ \n",lane="0.0"} 1`);
  t.same(metrics.get('a'), [{ labels: { model: 'x"y, z="1"} \\ \n', lane: '0.0' }, value: 1 }]);
});

t.test('what is no series is skipped', async (t) => {
  t.same([...readExposition('\n<html>\na{\n{} 1\na b c d\n').keys()], []);
});

t.test('numbers may be infinite or none', async (t) => {
  t.same(['+Inf', '-Inf', 'NaN', '-1.5e-7'].map(readNumber), [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    -1.5e-7,
  ]);
});
