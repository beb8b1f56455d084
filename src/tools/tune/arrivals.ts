import type { Millis } from '../../batcher/index.js';
import { seededRandom } from './seeded-random.js';

/** The arrival times of images, for all GPUs together. */
export interface Arrivals {
  readonly perSecond: number;
  /** Whether they never end, so that lanes that are too slow cannot catch up. */
  readonly isEndless: boolean;
  /** The same pattern at `times` the rate. */
  faster(times: number): Arrivals;
  /**
   * Arrival times at some of `processes` equal serving processes, in ascending order, each from its own 0. The same
   * seed gives the same times.
   */
  atProcesses(processes: number, seed: number): readonly (readonly Millis[])[];
}

/** Number of arrivals that are played for one setting; the slowest 1 % of them are enough to determine a p99. */
const ARRIVALS_PLAYED = 20_000;

/**
 * Independent clients. A random share of a Poisson process is a Poisson process too, at its share of the rate, so one
 * serving process represents all of them.
 */
export function poissonArrivals(perSecond: number): Arrivals {
  return {
    perSecond,
    isEndless: true,
    faster: (times) => poissonArrivals(perSecond * times),
    atProcesses(processes, seed) {
      const random = seededRandom(seed);
      const meanMs = (1000 * processes) / perSecond;
      let nowMs = 0;
      return [
        Array.from({ length: ARRIVALS_PLAYED }, () => {
          nowMs -= Math.log(1 - random()) * meanMs;
          return nowMs;
        }),
      ];
    },
  };
}

/**
 * Recorded arrivals. Each goes to one process at random; as many processes are played as give enough arrivals.
 *
 * @param timesMs in ascending order, at least two, not all equal
 */
export function recordedArrivals(timesMs: readonly Millis[]): Arrivals {
  const [firstMs = 0] = timesMs;
  const spanMs = (timesMs.at(-1) ?? 0) - firstMs;
  return {
    perSecond: ((timesMs.length - 1) * 1000) / spanMs,
    isEndless: false,
    faster: (times) => recordedArrivals(timesMs.map((ms) => ms / times)),
    atProcesses(processes, seed) {
      const random = seededRandom(seed);
      const played = Math.min(processes, Math.ceil((ARRIVALS_PLAYED * processes) / timesMs.length));
      const shares: Millis[][] = Array.from({ length: played }, () => []);
      for (const ms of timesMs) shares[Math.floor(random() * processes)]?.push(ms - firstMs);
      return shares;
    },
  };
}
