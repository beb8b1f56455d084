import t from 'tap';
import { LatencyCurve } from '../../src/batcher/index.js';

const curve = new LatencyCurve([
  { batchSize: 2, ms: 10 },
  { batchSize: 4, ms: 14 },
  { batchSize: 8, ms: 16 },
]);

t.test('a measured size takes what was measured', async (t) => {
  t.same([curve.msOf(2), curve.msOf(4), curve.msOf(8)], [10, 14, 16]);
});

t.test('between two sizes the share counts', async (t) => {
  t.equal(curve.msOf(3), 12);
  t.same([curve.msOf(5), curve.msOf(6), curve.msOf(7)], [14.5, 15, 15.5]);
});

t.test('a size below the first takes as long as the first', async (t) => {
  t.equal(curve.msOf(1), 10);
});

t.test('a size over the last takes its share more', async (t) => {
  t.equal(curve.msOf(9), 18);
  t.equal(curve.msOf(16), 32);
});

t.test('one point is enough', async (t) => {
  const one = new LatencyCurve([{ batchSize: 4, ms: 8 }]);
  t.same([one.msOf(1), one.msOf(4), one.msOf(8)], [8, 8, 16]);
});

t.test('nothing is known, and nothing takes time', async (t) => {
  t.equal(new LatencyCurve([]).msOf(32), 0);
});
