import t from 'tap';
import { quantileOf, toBuckets } from '../../page/histogram.js';

const CUMULATIVE = new Map([
  ['+Inf', 10],
  ['1', 4],
  ['2', 8],
  ['4', 8],
]);

t.test('buckets rise, and have their own counts', async (t) => {
  t.same(toBuckets(CUMULATIVE), [
    { upTo: 1, count: 4 },
    { upTo: 2, count: 4 },
    { upTo: 4, count: 0 },
    { upTo: Number.POSITIVE_INFINITY, count: 2 },
  ]);
});

t.test('a quantile is interpolated within its bucket, as Prometheus does', async (t) => {
  const buckets = toBuckets(CUMULATIVE);
  t.equal(quantileOf(buckets, 0.2), 0.5);
  t.equal(quantileOf(buckets, 0.4), 1);
  t.equal(quantileOf(buckets, 0.6), 1.5);
  t.equal(quantileOf(buckets, 0.8), 2);
  t.equal(quantileOf(buckets, 0.9), 4, 'the last bucket has no bound of its own');
});

t.test('without observations there is no quantile', async (t) => {
  t.equal(quantileOf([], 0.5), undefined);
  t.equal(quantileOf([{ upTo: 1, count: 0 }], 0.5), undefined);
});
