import fc from 'fast-check';
import t from 'tap';
import type { BatchLimits } from '../../src/batcher/index.js';
import { BatcherModel, type Happening } from '../helpers/batcher-model.js';

const RUNS = 10_000;

const limits: fc.Arbitrary<BatchLimits> = fc.record({
  maxBatchSize: fc.integer({ min: 1, max: 5 }),
  maxQueueDelayMs: fc.integer({ min: 0, max: 4 }),
  maxQueueSize: fc.integer({ min: 1, max: 12 }),
});
const index = fc.nat(30);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('accept' as const),
      count: fc.integer({ min: 1, max: 3 }),
      timeoutMs: fc.integer({ min: 0, max: 20 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('enqueue' as const), item: index }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), item: index }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: fc.integer({ min: 0, max: 5 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('finish' as const), lane: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), lane: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconfigure' as const), limits }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'drain' as const }) },
);

t.test('whatever happens, every invariant holds after each step and at the end', async (t) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
  t.comment(`SEED=${seed}`);
  await fc.assert(
    fc.asyncProperty(
      limits,
      fc.integer({ min: 1, max: 3 }),
      fc.array(happening, { maxLength: 80 }),
      async (first, lanes, happenings) => {
        const model = new BatcherModel(first, lanes);
        for (const one of happenings) await model.apply(one);
        await model.end();
      },
    ),
    { numRuns: RUNS, seed },
  );
  t.pass(`${RUNS} histories`);
});
