import type { LatencyCurve, Millis } from '../../batcher/index.js';
import { seededRandom } from './seeded-random.js';

/** For a seed, returns a function that gives the time of the next batch of a size. */
export type LaneTimes = (seed: number) => (batchSize: number) => Millis;

/** Every batch takes the time on the curve. */
export function fixedTimes(curve: LatencyCurve): LaneTimes {
  return () => (batchSize) => curve.msOf(batchSize);
}

/** The times of batches of one size as the batcher sees them. */
export interface MeasuredRuns {
  readonly batchSize: number;
  /** In ascending order; at least one. */
  readonly runsMs: readonly Millis[];
}

/**
 * Each batch takes the time of a measured run, drawn at random. Between two measured sizes, the runs of the same rank
 * are interpolated; above the largest size, times grow with the size.
 *
 * @param measured in ascending order of batch size, at least one
 */
export function drawnTimes(measured: readonly MeasuredRuns[]): LaneTimes {
  return (seed) => {
    const random = seededRandom(seed);
    return (batchSize) => {
      const rank = random();
      const at = ({ runsMs }: MeasuredRuns) => Number(runsMs[Math.floor(rank * runsMs.length)]);
      const above = measured.find((point) => point.batchSize >= batchSize);
      const below = measured.findLast((point) => point.batchSize <= batchSize);
      if (below === undefined) return at(above as MeasuredRuns);
      if (above === undefined) return (at(below) * batchSize) / below.batchSize;
      if (above === below) return at(below);
      const share = (batchSize - below.batchSize) / (above.batchSize - below.batchSize);
      return at(below) + share * (at(above) - at(below));
    };
  };
}
