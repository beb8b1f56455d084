import { type BatchLimits, LatencyCurve } from '../../src/batcher/index.js';
import { recordedArrivals } from '../../src/tools/tune/arrivals.js';
import { drawnTimes, fixedTimes, type MeasuredRuns } from '../../src/tools/tune/lane-times.js';
import { simulate } from '../../src/tools/tune/simulate.js';
import type { LiveFigures } from './play-live.js';

/** The deadline of every image, live and simulated. */
export const TIMEOUT_MS = 10_000;

/** One load with one window, on the real lane and on virtual time. */
export interface Round {
  readonly load: number;
  readonly windowMs: number;
  readonly perSecond: number;
  readonly live: Omit<LiveFigures, 'runs'>;
  /** Mean run time of this round as a multiple of that measured before and after it, size by size. */
  readonly slowdown: number;
  /** Mean run time of the largest batch after this round as a multiple of that before it. */
  readonly drift: number;
  /** Simulated with the curve alone. */
  readonly curveP99Ms: number;
  /** Simulated with the spread of the runs measured just before and after the round. */
  readonly spreadP99Ms: number;
  readonly spreadP50Ms: number;
  readonly spreadMeanBatchSize: number;
}

/** Plays the arrivals of a round live and on virtual time, and returns both results. */
export async function compareRound(setting: {
  load: number;
  windowMs: number;
  perSecond: number;
  limits: BatchLimits;
  timesMs: readonly number[];
  before: readonly MeasuredRuns[];
  after: readonly MeasuredRuns[];
  curve: LatencyCurve;
  live: LiveFigures;
}): Promise<Round> {
  const { load, windowMs, perSecond, limits, timesMs, before, after, curve } = setting;
  const measured = before.map(({ batchSize, runsMs }, i) => ({
    batchSize,
    runsMs: [...runsMs, ...(after[i]?.runsMs ?? [])].sort((a, b) => a - b),
  }));
  const { runs, ...live } = setting.live;
  const base = {
    arrivals: recordedArrivals(timesMs),
    processes: 1,
    limits,
    timeoutMs: TIMEOUT_MS,
    curve,
    seed: 1,
  };
  const byCurve = await simulate({ ...base, laneTimes: fixedTimes(curve) });
  const bySpread = await simulate({ ...base, laneTimes: drawnTimes(measured) });
  const means = new LatencyCurve(
    measured.map(({ batchSize, runsMs }) => ({ batchSize, ms: meanOf(runsMs) })),
  );
  const expectedMs = runs.reduce((sum, [size]) => sum + means.msOf(size), 0);
  const takenMs = runs.reduce((sum, [, ms]) => sum + ms, 0);
  return {
    load,
    windowMs,
    perSecond,
    live,
    slowdown: takenMs / expectedMs,
    drift: capacityOf(before) / capacityOf(after),
    curveP99Ms: byCurve.p99Ms,
    spreadP99Ms: bySpread.p99Ms,
    spreadP50Ms: bySpread.p50Ms,
    spreadMeanBatchSize: bySpread.meanBatchSize,
  };
}

/** Images per second in full batches. */
export function capacityOf(measured: readonly MeasuredRuns[]): number {
  const { batchSize, runsMs } = measured.at(-1) as MeasuredRuns;
  return (1000 * batchSize) / meanOf(runsMs);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
