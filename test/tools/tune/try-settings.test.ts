import t from 'tap';
import { LatencyCurve } from '../../../src/batcher/index.js';
import { poissonArrivals } from '../../../src/tools/tune/arrivals.js';
import { trySetting } from '../../../src/tools/tune/try-settings.js';
import { fewerArrivals } from '../../helpers/fewer-arrivals.js';

/** The sizes in which batches of up to six ran. */
async function sizesOn(provider: string): Promise<number[]> {
  const curve = new LatencyCurve([
    { batchSize: 1, ms: 4 },
    { batchSize: 6, ms: 9 },
  ]);
  const sizes = new Set<number>();
  const laneTimes = () => (batchSize: number) => {
    sizes.add(batchSize);
    return curve.msOf(batchSize);
  };
  const plan = {
    arrivals: fewerArrivals(poissonArrivals(400), 2000),
    gpus: 1,
    provider,
    curve,
    laneTimes,
  };
  const limits = { maxQueueSize: 1024, timeoutMs: 10_000, seed: 1 };
  await trySetting({ ...plan, ...limits }, { maxBatchSize: 6, maxQueueDelayMs: 0 });
  return [...sizes].sort((a, b) => a - b);
}

t.test('batches are padded on CUDA, as the server pads them', async (t) => {
  t.same(await sizesOn('cuda'), [1, 2, 4, 6]);
});

t.test('and nowhere else', async (t) => {
  t.same(await sizesOn('tensorrt'), [1, 2, 3, 4, 5, 6]);
});
