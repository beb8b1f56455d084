import t from 'tap';
import { LatencyCurve } from '../../../src/batcher/index.js';
import { drawnTimes, fixedTimes } from '../../../src/tools/tune/lane-times.js';

t.test('fixed times are those of the curve', async (t) => {
  const msOf = fixedTimes(
    new LatencyCurve([
      { batchSize: 1, ms: 2 },
      { batchSize: 3, ms: 4 },
    ]),
  )(1);
  t.same([1, 2, 3].map(msOf), [2, 3, 4]);
});

t.test('drawn times are those that were measured, as often', async (t) => {
  const msOf = drawnTimes([{ batchSize: 1, runsMs: [1, 1, 1, 9] }])(1);
  const drawn = Array.from({ length: 4000 }, () => msOf(1));
  t.same(new Set(drawn), new Set([1, 9]));
  const slow = drawn.filter((ms) => ms === 9).length;
  t.ok(slow > 850 && slow < 1150, `${slow} of 4000`);
});

t.test(
  'between sizes, runs of the same rank are interpolated; beyond them, they grow with the size',
  async (t) => {
    const msOf = drawnTimes([
      { batchSize: 2, runsMs: [2, 10] },
      { batchSize: 4, runsMs: [4, 20, 20, 20] },
    ])(1);
    const draw = (size: number) => new Set(Array.from({ length: 200 }, () => msOf(size)));
    t.same(draw(1), new Set([2, 10]));
    t.same(
      [...draw(3)].sort((a, b) => a - b),
      [3, 11, 15],
    );
    t.same(draw(8), new Set([8, 40]));
  },
);

t.test('the same seed draws the same', async (t) => {
  const times = drawnTimes([{ batchSize: 1, runsMs: [1, 2, 3, 4] }]);
  const draw = (seed: number) => {
    const msOf = times(seed);
    return Array.from({ length: 20 }, () => msOf(1));
  };
  t.same(draw(1), draw(1));
  t.notSame(draw(1), draw(2));
});
