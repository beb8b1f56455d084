import fc from 'fast-check';
import { type BatchLimits, LatencyCurve } from '../../../src/batcher/index.js';
import type { Happening, Nature } from './happening.js';

/** The initial state of a batcher, and what happens to it. */
export interface History {
  readonly limits: BatchLimits;
  readonly curve: LatencyCurve;
  readonly lanes: number;
  readonly happenings: readonly Happening[];
}

type Weighted = { weight: number; arbitrary: fc.Arbitrary<Happening> };

/** Allowed sizes are in ascending order, and the last is the maximum batch size. */
const limits: fc.Arbitrary<BatchLimits> = fc
  .record({
    maxBatchSize: fc.integer({ min: 1, max: 6 }),
    maxQueueDelayMs: fc.integer({ min: 0, max: 4 }),
    maxQueueSize: fc.integer({ min: 1, max: 12 }),
    sizes: fc.option(fc.subarray([1, 2, 3, 4, 5])),
  })
  .map(({ sizes, ...rest }) => {
    const below = sizes?.filter((size) => size < rest.maxBatchSize);
    return { ...rest, allowedBatchSizes: below ? [...below, rest.maxBatchSize] : [] };
  });

/** Mostly fast curves; some are so slow that ten times their time exceeds the minimum for a hung lane. */
const curve: fc.Arbitrary<LatencyCurve> = fc
  .record({
    firstMs: fc.oneof({ weight: 5, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(700) }),
    moreMs: fc.array(fc.nat(3), { maxLength: 3 }),
  })
  .map(({ firstMs, moreMs }) => {
    const ms = (i: number) => moreMs.slice(0, i + 1).reduce((sum, one) => sum + one, firstMs);
    return new LatencyCurve(moreMs.map((_, i) => ({ batchSize: 2 ** i, ms: ms(i) })));
  });

const natures = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Nature>('well') },
    { weight: 1, arbitrary: fc.constant<Nature>('poisoned') },
    { weight: 1, arbitrary: fc.constant<Nature>('erroneous') },
  ),
  { minLength: 1, maxLength: 3 },
);
const timeoutMs = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(3000, 20_000) },
);
const index = fc.nat(30);

function of<const K extends Happening['kind']>(kind: K): fc.Arbitrary<K> {
  return fc.constant(kind);
}

const usual: Weighted[] = [
  { weight: 10, arbitrary: fc.record({ kind: of('accept'), natures, timeoutMs }) },
  { weight: 14, arbitrary: fc.record({ kind: of('enqueue'), item: index }) },
  { weight: 20, arbitrary: fc.record({ kind: of('submit'), natures, timeoutMs }) },
  { weight: 6, arbitrary: fc.record({ kind: of('cancel'), item: index }) },
  { weight: 12, arbitrary: fc.record({ kind: of('advance'), ms: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: of('serve'), ms: fc.constantFrom(500, 1500, 6000) }) },
  { weight: 30, arbitrary: fc.record({ kind: of('finish'), lane: index }) },
  { weight: 5, arbitrary: fc.record({ kind: of('fail'), lane: index }) },
  { weight: 4, arbitrary: fc.record({ kind: of('break'), lane: index }) },
  { weight: 4, arbitrary: fc.record({ kind: of('mend'), lane: index }) },
  { weight: 1, arbitrary: fc.record({ kind: of('hang'), lane: index }) },
  { weight: 4, arbitrary: fc.record({ kind: of('reconfigure'), limits }) },
  { weight: 1, arbitrary: fc.record({ kind: of('drain') }) },
];

const withBadClock: Weighted[] = [
  ...usual,
  { weight: 8, arbitrary: fc.record({ kind: of('jump'), ms: fc.integer({ min: -9, max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: of('stop') }) },
];

function histories(weighted: Weighted[]): fc.Arbitrary<History> {
  return fc.record({
    limits,
    curve,
    lanes: fc.integer({ min: 1, max: 3 }),
    happenings: fc.array(fc.oneof(...weighted), { maxLength: 200, size: 'max' }),
  });
}

export const usualHistories = histories(usual);
/** Histories in which the clock jumps back or forward, or stops. */
export const badClockHistories = histories(withBadClock);
