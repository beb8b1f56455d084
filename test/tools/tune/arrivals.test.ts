import t from 'tap';
import { poissonArrivals, recordedArrivals } from '../../../src/tools/tune/arrivals.js';

function gapsOf(timesMs: readonly number[]): number[] {
  return timesMs.map((ms, i) => ms - (timesMs[i - 1] ?? 0));
}

t.test(
  'Poisson arrivals have the gaps of a Poisson process, of the share of one process',
  async (t) => {
    const [timesMs = []] = poissonArrivals(2000).atProcesses(4, 1);
    const gaps = gapsOf(timesMs);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    t.ok(Math.abs(mean - 2) < 0.06, `mean gap ${mean} ms instead of 2`);
    const deviation = Math.sqrt(
      gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length,
    );
    t.ok(Math.abs(deviation / mean - 1) < 0.05, 'standard deviation is the mean');
  },
);

t.test('arrivals are the same for the same seed and others for another', async (t) => {
  for (const arrivals of [poissonArrivals(100), recordedArrivals([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])]) {
    const beginOf = (seed: number) => JSON.stringify(arrivals.atProcesses(3, seed)).slice(0, 1000);
    t.equal(beginOf(5), beginOf(5));
    t.not(beginOf(5), beginOf(6));
  }
});

t.test('one process gets the whole of a trace, from its first arrival on', async (t) => {
  t.same(recordedArrivals([1000, 1001.5, 1010]).atProcesses(1, 1), [[0, 1.5, 10]]);
});

t.test('the processes of a trace share its arrivals', async (t) => {
  const times = Array.from({ length: 1000 }, (_, i) => i);
  const shares = recordedArrivals(times).atProcesses(10, 1);
  t.equal(shares.length, 10);
  t.same(
    shares.flat().sort((a, b) => a - b),
    times,
  );
  for (const share of shares)
    t.ok(share.length > 60 && share.length < 140, `${share.length} of 1000`);
});

t.test('of a long trace only as many processes are played as are needed', async (t) => {
  const shares = recordedArrivals(Array.from({ length: 40_000 }, (_, i) => i)).atProcesses(10, 1);
  t.equal(shares.length, 5);
});

t.test('the rate of a trace is that of its gaps; faster makes them shorter', async (t) => {
  const trace = recordedArrivals([100, 110, 120]);
  t.equal(trace.perSecond, 100);
  t.equal(trace.faster(2).perSecond, 200);
  t.same(trace.faster(2).atProcesses(1, 1), [[0, 5, 10]]);
  t.equal(poissonArrivals(100).faster(2).perSecond, 200);
});
