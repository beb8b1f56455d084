import { readNumber } from './exposition.js';

/**
 * How many observations were at most `upTo`, and more than the bucket before allows.
 * @typedef {{ readonly upTo: number, readonly count: number }} Bucket
 */

/**
 * The buckets of a histogram, from cumulative counts.
 *
 * @param {ReadonlyMap<string, number>} cumulative the count of each bound, as the label `le` has it
 * @returns {Bucket[]} rising
 */
export function toBuckets(cumulative) {
  const rising = [...cumulative]
    .map(([le, count]) => ({ upTo: readNumber(le), count }))
    .sort((a, b) => a.upTo - b.upTo);
  return rising.map(({ upTo, count }, i) => ({ upTo, count: count - (rising[i - 1]?.count ?? 0) }));
}

/**
 * A quantile, interpolated within its bucket as Prometheus does; for the last bucket, which has no bound, the bound of
 * the one before.
 *
 * @param {readonly Bucket[]} buckets rising
 * @param {number} quantile from 0 to 1
 * @returns {number | undefined} undefined without observations
 */
export function quantileOf(buckets, quantile) {
  let rest = quantile * buckets.reduce((sum, { count }) => sum + count, 0);
  if (rest === 0) return undefined;
  let from = 0;
  for (const { upTo, count } of buckets) {
    if (upTo === Number.POSITIVE_INFINITY) break;
    if (rest <= count) return from + ((upTo - from) * rest) / count;
    rest -= count;
    from = upTo;
  }
  return from;
}
