import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { StoredEngine } from '../../../src/engine/tensorrt/engine-store.js';
import { describe, keepComparison } from '../../../src/engine/tensorrt/prepare-engine.js';

const COMPARISON = {
  images: 100,
  largestDifference: 0.0065,
  meanDifference: 0.00004,
  top1Differs: 2,
  sureImages: 84,
  sureTop1Differs: 1,
};

t.test('a comparison is a sentence, and is kept beside the engine by its kind', async (t) => {
  t.equal(
    describe(COMPARISON),
    '100 images; probabilities differ by at most 0.0065 (mean 0.00004); the first class differs for 2, and for 1 of the 84 for which the CPU is confident',
  );
  const folder = t.testdir();
  const engine = { folder } as StoredEngine;
  await keepComparison(engine, 'seeded', COMPARISON);
  await keepComparison(engine, 'real', { ...COMPARISON, images: 7 });
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  t.same(read('comparison.json'), { kind: 'seeded', ...COMPARISON });
  t.match(read('real-comparison.json'), { kind: 'real', images: 7 });
});
