import t from 'tap';
import { LatencyCurve } from '../../../src/batcher/index.js';
import {
  type Arrivals,
  poissonArrivals,
  recordedArrivals,
} from '../../../src/tools/tune/arrivals.js';
import { drawnTimes, fixedTimes } from '../../../src/tools/tune/lane-times.js';
import { type Simulation, simulate } from '../../../src/tools/tune/simulate.js';
import { fewerArrivals } from '../../helpers/fewer-arrivals.js';
import { IS_LONG, share } from '../../helpers/long.js';
import { curveOf, limitsOf, type Points } from '../../helpers/set-up-batcher.js';

function setUp(
  arrivals: Arrivals,
  points: Points,
  limits: Parameters<typeof limitsOf>[0],
  more: Partial<Simulation> = {},
): Simulation {
  const curve = curveOf(points);
  return {
    ...{ arrivals, curve, laneTimes: fixedTimes(curve), limits: limitsOf(limits) },
    ...{ processes: 1, timeoutMs: 10_000, seed: 1 },
    ...more,
  };
}

/** So many arrivals that a quantile is known to a few percent, where the search is long. */
function poisson(perSecond: number): Arrivals {
  return fewerArrivals(poissonArrivals(perSecond), share(20_000));
}

t.test('two arrivals within the window share a batch', async (t) => {
  const setting = { maxBatchSize: 2, maxQueueDelayMs: 10 };
  const figures = await simulate(
    setUp(
      recordedArrivals([50, 53]),
      [
        [1, 4],
        [2, 6],
      ],
      setting,
    ),
  );
  // The batch is full at 3 ms and takes 6: the first image 9 ms, the second 6.
  t.same(figures, {
    p50Ms: 9,
    p99Ms: 9,
    imagesPerSecond: (2 * 1000) / 9,
    meanBatchSize: 2,
    lostShare: 0,
    busyShare: 6 / 9,
  });
});

t.test('the window ends for one that stays alone', async (t) => {
  const setting = { maxBatchSize: 8, maxQueueDelayMs: 10 };
  const figures = await simulate(
    setUp(
      recordedArrivals([0, 100]),
      [
        [1, 4],
        [8, 6],
      ],
      setting,
    ),
  );
  t.equal(figures.p99Ms, 14);
  t.equal(figures.meanBatchSize, 1);
});

t.test('window 0 holds nothing, and what comes meanwhile leaves together', async (t) => {
  const setting = { maxBatchSize: 8, maxQueueDelayMs: 0 };
  const arrivals = recordedArrivals([0, 1, 2]);
  const figures = await simulate(
    setUp(
      arrivals,
      [
        [1, 4],
        [2, 6],
      ],
      setting,
    ),
  );
  // One leaves at 0 and is back at 4; two leave then and are back at 10: 4, 9 and 8 ms.
  t.equal(figures.p50Ms, 8);
  t.equal(figures.p99Ms, 9);
  t.equal(figures.meanBatchSize, 1.5);
});

t.test('what the queue does not hold is lost, and what is late too', async (t) => {
  const setting = { maxBatchSize: 1, maxQueueDelayMs: 0, maxQueueSize: 1 };
  const arrivals = recordedArrivals([0, 1, 2, 50]);
  const full = await simulate(setUp(arrivals, [[1, 10]], setting));
  t.equal(full.lostShare, 0.25, 'the third is refused');
  const hasty = await simulate(setUp(arrivals, [[1, 10]], setting, { timeoutMs: 15 }));
  t.equal(hasty.lostShare, 0.5, 'the second is refused, since it would be late');
  const late = setUp(recordedArrivals([0, 50]), [[1, 10]], setting, {
    timeoutMs: 15,
    laneTimes: fixedTimes(new LatencyCurve([{ batchSize: 1, ms: 20 }])),
  });
  const lost = await simulate(late);
  t.equal(lost.lostShare, 1, 'a lane slower than its curve');
  t.ok(Number.isNaN(lost.p99Ms));
});

t.test('batches of one by a Poisson process wait as the M/D/1 queue says', async (t) => {
  const runMs = 1;
  for (const load of [0.4, 0.7]) {
    const waits = await Promise.all(
      [1, 2, 3].map(async (seed) => {
        const arrivals = poisson((1000 * load) / runMs);
        const limits = { maxBatchSize: 1, maxQueueDelayMs: 0, maxQueueSize: 100_000 };
        return await simulate(setUp(arrivals, [[1, runMs]], limits, { seed }));
      }),
    );
    const mean = (of: (figures: (typeof waits)[number]) => number) =>
      waits.reduce((sum, figures) => sum + of(figures), 0) / waits.length;
    t.ok(Math.abs(mean((f) => f.busyShare) - load) < 0.01, 'the lane is busy for the load');
    t.ok(Math.abs(mean((f) => f.imagesPerSecond) / (1000 * load) - 1) < 0.02);
    for (const [q, simulated] of [
      [0.5, mean((f) => f.p50Ms)],
      [0.99, mean((f) => f.p99Ms)],
    ] as const) {
      const expected = runMs + quantileOfWait(load, q) * runMs;
      t.ok(
        Math.abs(simulated / expected - 1) < (IS_LONG ? 0.05 : 0.1),
        `load ${load}, quantile ${q}: ${simulated} instead of ${expected}`,
      );
    }
  }
});

/** Of the M/D/1 queue's waiting time, in service times: Erlang's series for its distribution, searched. */
function quantileOfWait(load: number, q: number): number {
  const shareUnder = (wait: number) => {
    let sum = 0;
    let factorial = 1;
    for (let k = 0; k <= Math.floor(wait); k++) {
      if (k > 0) factorial *= k;
      sum += ((-load * (wait - k)) ** k / factorial) * Math.exp(load * (wait - k));
    }
    return (1 - load) * sum;
  };
  if (shareUnder(0) >= q) return 0;
  let [low, high] = [0, 30];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (shareUnder(middle) < q) low = middle;
    else high = middle;
  }
  return high;
}

t.test(
  'the same seed gives the same figures, and the processes of a plan share its load',
  async (t) => {
    const curve: Points = [
      [1, 2],
      [8, 5],
    ];
    const laneTimes = drawnTimes([
      { batchSize: 1, runsMs: [2, 3] },
      { batchSize: 8, runsMs: [5, 7] },
    ]);
    const play = (seed: number, processes = 1, rate = 500) =>
      simulate(
        setUp(
          poisson(rate),
          curve,
          { maxBatchSize: 8, maxQueueDelayMs: 1, maxQueueSize: 99 },
          { laneTimes, seed, processes },
        ),
      );
    const one = await play(1);
    t.same(await play(1), one);
    t.notSame(await play(2), one);
    const ten = await play(1, 10, 5000);
    t.ok(Math.abs(ten.p99Ms - one.p99Ms) < 1e-6);
    t.ok(Math.abs(ten.imagesPerSecond / one.imagesPerSecond - 10) < 1e-6);
  },
);
