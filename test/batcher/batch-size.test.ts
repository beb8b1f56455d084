import fc from 'fast-check';
import t from 'tap';
import { chooseBatchSize, padUp } from '../../src/batcher/batch-size.js';
import { LatencyCurve } from '../../src/batcher/index.js';

const UNKNOWN = new LatencyCurve([]);

function curve(...points: [batchSize: number, ms: number][]): LatencyCurve {
  return new LatencyCurve(points.map(([batchSize, ms]) => ({ batchSize, ms })));
}

t.test('a size is padded to the next allowed one', async (t) => {
  t.same(
    [1, 2, 3, 4, 5, 8].map((size) => padUp(size, [2, 4, 8])),
    [2, 2, 4, 4, 8, 8],
  );
  t.equal(padUp(3, []), 3, 'every size is allowed if none is given');
  t.equal(padUp(9, [2, 4, 8]), 9, 'none is large enough: a batch formed before a reload');
});

t.test('all leave where every size is allowed', async (t) => {
  t.equal(chooseBatchSize(5, [], curve([1, 1], [8, 800])), 5);
});

t.test('all leave where no allowed size is as small', async (t) => {
  t.equal(chooseBatchSize(3, [4, 8], curve([4, 1], [8, 800])), 3);
});

t.test('an allowed size leaves as it is', async (t) => {
  t.equal(chooseBatchSize(4, [2, 4, 8], curve([2, 1], [4, 800], [8, 801])), 4);
});

t.test('what costs less per image: padding or splitting', async (t) => {
  // Six of eight against four: (ms of 8) / 6 against (ms of 4) / 4 = 10.
  t.equal(chooseBatchSize(6, [4, 8], curve([4, 40], [8, 59.999])), 6, 'padding');
  t.equal(chooseBatchSize(6, [4, 8], curve([4, 40], [8, 60])), 6, 'the same: padding');
  t.equal(chooseBatchSize(6, [4, 8], curve([4, 40], [8, 60.001])), 4, 'splitting');
});

t.test('the split takes the largest allowed size below', async (t) => {
  t.equal(chooseBatchSize(7, [1, 2, 4, 8], curve([1, 1], [2, 2], [4, 4], [8, 1000])), 4);
});

t.test('without a curve padding costs nothing', async (t) => {
  t.equal(chooseBatchSize(5, [1, 4, 8], UNKNOWN), 5);
});

t.test('whatever the curve, no other choice is cheaper per image', async () => {
  const rising = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(rising, fc.integer({ min: 2, max: 8 }), ([a = 1, b = 1, c = 1], waiting) => {
      const allowed = [2, 4, 8];
      const cost = curve([2, a], [4, a + b], [8, a + b + c]);
      const size = chooseBatchSize(waiting, allowed, cost);
      const perImage = (one: number) => cost.msOf(padUp(one, allowed)) / one;
      const down = allowed.findLast((one) => one <= waiting) ?? waiting;
      return size <= waiting && perImage(size) === Math.min(perImage(waiting), perImage(down));
    }),
  );
});
