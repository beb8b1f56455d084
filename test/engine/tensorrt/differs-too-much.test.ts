import t from 'tap';
import { differsTooMuch } from '../../../src/engine/tensorrt/differs-too-much.js';

function differs(images: number, sureImages: number, sureTop1Differs: number): boolean {
  const differences = { largestDifference: 0.5, meanDifference: 0.1, top1Differs: images };
  return differsTooMuch({ images, sureImages, sureTop1Differs, ...differences });
}

t.test('one in a hundred of those where the CPU is sure may differ, and no more', async (t) => {
  t.notOk(differs(100, 100, 1));
  t.ok(differs(100, 100, 2));
  t.notOk(differs(500, 400, 4));
  t.ok(differs(500, 400, 5));
  t.ok(differs(100, 99, 1), 'one of 99 is more');
});

t.test('where the CPU is not sure, nothing is held against it', async (t) => {
  t.notOk(differs(100, 0, 0));
});

t.test('fewer than a hundred images decide nothing', async (t) => {
  t.notOk(differs(99, 99, 99));
});
