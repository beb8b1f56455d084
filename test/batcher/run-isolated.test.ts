import fc from 'fast-check';
import t from 'tap';
import { BatchFailedError, LaneHungError } from '../../src/batcher/index.js';
import { Item } from '../../src/batcher/item.js';
import { LaneFailedError, runIsolated } from '../../src/batcher/run-isolated.js';
import { type Image, isolate, type Outcome } from '../helpers/isolate.js';

function levelsOf(size: number): number {
  return Math.ceil(Math.log2(size));
}

/** Whether the guilty have failed, each by itself, and everybody else has an answer. */
function isJust({ ends, thrown }: Outcome, guilty: readonly number[]): boolean {
  return (
    thrown === undefined &&
    ends.every((end, input) =>
      guilty.includes(input) ? end instanceof BatchFailedError : end === `${input}`,
    )
  );
}

t.test('a batch without guilt is one run', async (t) => {
  const outcome = await isolate(5);
  t.same(outcome.runs, [[0, 1, 2, 3, 4]]);
  t.ok(isJust(outcome, []));
  t.equal(outcome.warmUps, 0);
});

t.test(
  'one guilty item stands alone, wherever it is in a batch of any size up to 64',
  async (t) => {
    for (let size = 1; size <= 64; size++) {
      for (let guilty = 0; guilty < size; guilty++) {
        const outcome = await isolate(size, { guilty: [guilty] });
        const more = outcome.runs.length - 1;
        const rerun = outcome.runs.slice(1).flat().length;
        const isCheap = more <= 2 * levelsOf(size) && rerun <= 2 * size + levelsOf(size);
        if (!isJust(outcome, [guilty]) || !isCheap || outcome.warmUps !== (size === 1 ? 1 : 0)) {
          t.fail(`${guilty} of ${size}: ${JSON.stringify(outcome)}`);
        }
      }
    }
    t.pass('2080 batches');
  },
);

t.test('up to three guilty items cost no more runs than each by itself', async () => {
  const batch = fc.integer({ min: 1, max: 64 }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      guilty: fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(batch, async ({ size, guilty }) => {
      const outcome = await isolate(size, { guilty });
      const more = outcome.runs.length - 1;
      return (
        isJust(outcome, guilty) &&
        more <= guilty.length * 2 * levelsOf(size) &&
        outcome.warmUps <= 1
      );
    }),
    { numRuns: 2000 },
  );
});

t.test('halves are run in order, the larger first, level by level', async (t) => {
  const { runs } = await isolate(5, { guilty: [0, 3] });
  t.same(runs, [[0, 1, 2, 3, 4], [0, 1, 2], [3, 4], [0, 1], [2], [3], [4], [0], [1]]);
});

t.test('when both halves fail the warm-up batch speaks for the lane, once', async (t) => {
  const outcome = await isolate(4, { guilty: [0, 1, 2, 3] });
  t.equal(outcome.warmUps, 1);
  t.ok(isJust(outcome, [0, 1, 2, 3]));
  t.equal(outcome.runs.length, 7);
});

t.test('a broken lane is given up after the first level', async (t) => {
  for (let size = 2; size <= 64; size++) {
    const { runs, warmUps, ends, thrown } = await isolate(size, { isBroken: true });
    if (runs.length !== 3 || warmUps !== 1) t.fail(`${size}: ${runs.length} runs`);
    if (!(thrown instanceof LaneFailedError)) t.fail(`${size}: ${thrown}`);
    if (ends.some((end) => end !== undefined)) t.fail(`${size}: somebody was blamed`);
  }
  t.pass('63 batches');
});

t.test('a broken lane is given up after a single item too', async (t) => {
  const { runs, warmUps, ends, thrown } = await isolate(1, { isBroken: true });
  t.same(runs, [[0]]);
  t.equal(warmUps, 1);
  t.type(thrown, LaneFailedError);
  t.match((thrown as Error).cause, new Error('broken'));
  t.same(ends, [undefined]);
});

t.test('an error says what the lane threw', async (t) => {
  const { ends } = await isolate(2, { guilty: [1] });
  t.equal((ends[1] as Error).message, 'the batch failed');
  t.match((ends[1] as Error).cause, new Error('guilty'));
});

t.test('a lane that hangs is not asked again; who had an answer keeps it', async (t) => {
  const { runs, ends, thrown, warmUps } = await isolate(4, { guilty: [3], hangsAt: 2 });
  t.same(runs, [
    [0, 1, 2, 3],
    [0, 1],
    [2, 3],
  ]);
  t.same(ends, ['0', '1', undefined, undefined]);
  t.type(thrown, LaneHungError);
  t.equal(warmUps, 0);
});

t.test('who is settled meanwhile is neither run again nor settled again', async (t) => {
  const before = (run: number, items: readonly Image[]) => {
    if (run !== 1) return;
    for (const input of [1, 2]) if (items[input]) items[input].state = 'settled';
  };
  const { runs, ends } = await isolate(4, { guilty: [0], before });
  t.same(runs, [[0, 1, 2, 3], [0, 1], [3], [0]]);
  t.type(ends[0], BatchFailedError);
  t.same(ends.slice(1), [undefined, undefined, '3']);
});

t.test('the guilty one may be settled when its guilt is found', async (t) => {
  const before = (run: number, items: readonly Image[]) => {
    if (run === 1 && items[0]) items[0].state = 'settled';
  };
  const { runs, ends, thrown } = await isolate(2, { guilty: [0], before });
  t.same(runs, [[0, 1], [0], [1]]);
  t.same(ends, [undefined, '1']);
  t.equal(thrown, undefined);
});

t.test('when everybody has gone only the lane is tested', async (t) => {
  const before = (_: number, items: readonly Image[]) => {
    for (const item of items) item.state = 'settled';
  };
  const { runs, warmUps, thrown } = await isolate(3, { guilty: [0], before });
  t.same(runs, [[0, 1, 2]]);
  t.equal(warmUps, 1);
  t.equal(thrown, undefined);
});

t.test('an Error among the outputs fails its item alone, and nothing is run again', async (t) => {
  const answer = (input: number) => (input === 1 ? new RangeError('not a number') : `${input}`);
  const { runs, ends } = await isolate(3, { answer });
  t.equal(runs.length, 1);
  t.same([ends[0], ends[2]], ['0', '2']);
  t.type(ends[1], RangeError);
});

t.test('a lane that answers with too many or too few outputs fails the batch', async (t) => {
  for (const outputs of [[], ['a', 'b']]) {
    const item: Image = new Item(0, 1e9, 0);
    item.state = 'dispatched';
    let end: unknown;
    const lane = { run: async () => outputs, warmUp: async () => {} };
    const settle = (_: Image, outcome: unknown) => {
      end = outcome;
    };
    await runIsolated(lane, [item], (size) => size, settle);
    t.type(end, BatchFailedError);
  }
});
