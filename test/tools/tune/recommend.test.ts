import t from 'tap';
import { poissonArrivals } from '../../../src/tools/tune/arrivals.js';
import { fixedTimes } from '../../../src/tools/tune/lane-times.js';
import { leastGpus, mostLoad, recommend } from '../../../src/tools/tune/recommend.js';
import type { Plan, Trial } from '../../../src/tools/tune/try-settings.js';
import { fewerArrivals } from '../../helpers/fewer-arrivals.js';
import { IS_LONG, share } from '../../helpers/long.js';
import { curveOf, type Points } from '../../helpers/set-up-batcher.js';

function trial(maxQueueDelayMs: number, p99Ms: number, busyShare: number, lostShare = 0): Trial {
  const figures = { p50Ms: 1, p99Ms, imagesPerSecond: 1, meanBatchSize: 1, lostShare, busyShare };
  return { setting: { maxBatchSize: 8, maxQueueDelayMs }, figures };
}

function planOf(perSecond: number, points: Points): Plan {
  const curve = curveOf(points);
  const lane = { curve, laneTimes: fixedTimes(curve) };
  return {
    arrivals: fewerArrivals(poissonArrivals(perSecond), share(20_000)),
    provider: 'cpu',
    gpus: 1,
    ...lane,
    maxQueueSize: 1024,
    timeoutMs: 10_000,
    seed: 1,
  };
}

t.test(
  'the lowest p99 is taken, and of those alike the one with the most in reserve',
  async (t) => {
    const [a, b, c] = [trial(0, 10, 0.9), trial(1, 10.4, 0.6), trial(2, 10.6, 0.3)];
    t.equal(recommend([a, b, c], 50), b);
    t.equal(recommend([a, c], 50), a);
  },
);

t.test(
  'a setting at the goal meets it; one over, one that loses more than one in a thousand, or cannot carry the load does not',
  async (t) => {
    const atGoal = trial(0, 50, 0.5, 0.001);
    t.equal(recommend([atGoal], 50), atGoal);
    t.equal(recommend([trial(0, 50.01, 0.5)], 50), undefined);
    t.equal(recommend([trial(0, 10, 0.5, 0.0011)], 50), undefined);
    t.equal(
      recommend(
        [{ setting: { maxBatchSize: 1, maxQueueDelayMs: 0 } }, trial(0, Number.NaN, 0)],
        50,
      ),
      undefined,
    );
  },
);

t.test(
  'the least number of GPUs carries the load, and one less does not keep the goal',
  async (t) => {
    // By the M/D/1 queue, 99 of 100 wait for two runs at most up to a load of 0.317.
    const plan = planOf(950, [[1, 10]]);
    const least = Number(await leastGpus(plan, 30, 1, 1000));
    t.ok(Math.abs(least - 30) <= (IS_LONG ? 1 : 5), `${least} GPUs`);
    t.equal(await leastGpus(plan, 30, least, 1000), least);
    t.equal(await leastGpus(plan, 30, 1, least - 1), undefined);
    t.equal(await leastGpus(plan, 9, 1, 1000), undefined, 'one image takes longer than the goal');
  },
);

t.test(
  'the most load that a setting carries within the goal is that of the M/D/1 queue',
  async (t) => {
    const plan = planOf(20, [[1, 10]]);
    const most = await mostLoad(plan, { maxBatchSize: 1, maxQueueDelayMs: 0 }, 30);
    t.ok(Math.abs(most - 31.7) < (IS_LONG ? 1 : 5), `${most} images/s`);
  },
);
