import type { LatencyCurve, Millis } from '../../batcher/index.js';
import { seededRandom } from './seeded-random.js';

/** Makes, for a seed, what says how long the next batch of a size takes. */
export type LaneTimes = (seed: number) => (batchSize: number) => Millis;

/** Every batch takes what the curve says. */
export function fixedTimes(curve: LatencyCurve): LaneTimes {
  return () => (batchSize) => curve.msOf(batchSize);
}

/** Batches of one size as the batcher saw them. */
export interface MeasuredRuns {
  readonly batchSize: number;
  /** Rising; at least one. */
  readonly runsMs: readonly Millis[];
}

/**
 * Each batch takes what a measured one took, drawn at random. Between two measured sizes the runs of the same rank are
 * interpolated; over the last one they grow with the size.
 *
 * @param measured by rising batch size, at least one
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
