import { quantileOf, toBuckets } from './histogram.js';

/** @typedef {import('./exposition.js').Exposition} Exposition */
/** @typedef {import('./exposition.js').Series} Series */

/**
 * The metrics at one time, in milliseconds.
 * @typedef {{ readonly atMs: number, readonly metrics: Exposition }} Sample
 */

/**
 * A part of all batches, from 0 to 1.
 * @typedef {{ readonly name: string, readonly share: number }} Share
 */

/** @typedef {{ readonly name: string, readonly isServing: boolean, readonly busyShare: number }} Lane */
/** @typedef {{ readonly code: string, readonly imagesPerSecond: number }} Refusal */

/**
 * What a model did between two samples. A figure is undefined if there was nothing to measure.
 * @typedef {object} LiveFigures
 * @property {number} imagesPerSecond images that were answered
 * @property {number | undefined} p50Ms
 * @property {number | undefined} p99Ms
 * @property {number} inQueue images accepted and not yet dispatched, now
 * @property {number | undefined} meanBatchSize in images, without padding
 * @property {readonly Share[]} batchSizes every bucket of sizes, such as "3 to 4", rising
 * @property {readonly Share[]} reasons why batches left, the most frequent first
 * @property {readonly Lane[]} lanes
 * @property {readonly Refusal[]} refusals the most frequent first
 */

/**
 * @param {Sample} earlier
 * @param {Sample} later taken after `earlier`, from the same run of the server
 * @param {string} model
 * @returns {LiveFigures}
 */
export function liveFigures(earlier, later, model) {
  const seconds = (later.atMs - earlier.atMs) / 1000;
  /** @param {string} name @param {string} label */
  const growth = (name, label) => growthOf(earlier, later, { name, label, model });
  const latency = toBuckets(growth('request_duration_seconds_bucket', 'le'));
  const sizes = toBuckets(growth('batch_size_bucket', 'le'));
  const batches = sizes.reduce((sum, { count }) => sum + count, 0);
  const images = growth('batch_size_sum', 'model').get(model) ?? 0;
  const busySeconds = growth('lane_busy_seconds_total', 'lane');
  return {
    imagesPerSecond: (growth('items_settled_total', 'outcome').get('ok') ?? 0) / seconds,
    p50Ms: inMs(quantileOf(latency, 0.5)),
    p99Ms: inMs(quantileOf(latency, 0.99)),
    inQueue: seriesOf(later, 'items_in_queue', model)[0]?.value ?? 0,
    meanBatchSize: batches > 0 ? images / batches : undefined,
    batchSizes: sizes.map(({ upTo, count }, i) => ({
      name: sizesName((sizes[i - 1]?.upTo ?? 0) + 1, upTo),
      share: batches > 0 ? count / batches : 0,
    })),
    reasons: mostFirst(growth('batches_total', 'reason')).map(([name, count]) => ({
      name,
      share: count / batches,
    })),
    lanes: seriesOf(later, 'lane_serving', model).map(({ labels: { lane = '' }, value }) => ({
      name: lane,
      isServing: value > 0,
      busyShare: Math.min(1, (busySeconds.get(lane) ?? 0) / seconds),
    })),
    refusals: mostFirst(growth('items_refused_total', 'code')).map(([code, count]) => ({
      code,
      imagesPerSecond: count / seconds,
    })),
  };
}

/**
 * Whether two samples are from the same run of the server. Otherwise its counters have begun anew.
 *
 * @param {Sample} earlier
 * @param {Sample} later
 */
export function isSameRun(earlier, later) {
  return startOf(earlier) === startOf(later);
}

/** @param {Sample} sample */
function startOf({ metrics }) {
  return metrics.get('process_start_time_seconds')?.[0]?.value;
}

/**
 * By how much each series of a model's counter grew, by the value of one label.
 *
 * @param {Sample} earlier
 * @param {Sample} later
 * @param {{ readonly name: string, readonly label: string, readonly model: string }} which
 * @returns {Map<string, number>}
 */
function growthOf(earlier, later, { name, label, model }) {
  /** @param {Sample} sample */
  const values = (sample) =>
    new Map(seriesOf(sample, name, model).map(({ labels, value }) => [labels[label] ?? '', value]));
  const before = values(earlier);
  return new Map([...values(later)].map(([key, value]) => [key, value - (before.get(key) ?? 0)]));
}

/** @param {Sample} sample @param {string} name @param {string} model @returns {readonly Series[]} */
function seriesOf({ metrics }, name, model) {
  const all = metrics.get(`batch_dispatch_${name}`) ?? [];
  return all.filter(({ labels }) => labels['model'] === model);
}

/** @param {ReadonlyMap<string, number>} counts */
function mostFirst(counts) {
  return [...counts].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
}

/** @param {number | undefined} seconds */
function inMs(seconds) {
  return seconds === undefined ? undefined : 1000 * seconds;
}

/** @param {number} from @param {number} to */
function sizesName(from, to) {
  if (to === Number.POSITIVE_INFINITY) return `over ${from - 1}`;
  return from === to ? `${to}` : `${from} to ${to}`;
}
