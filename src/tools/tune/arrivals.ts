import type { Millis } from '../../batcher/index.js';
import { seededRandom } from './seeded-random.js';

/** When images come, to all GPUs together. */
export interface Arrivals {
  readonly perSecond: number;
  /** Whether they go on for ever, so that lanes that are slower cannot catch up. */
  readonly isEndless: boolean;
  /** `times` as many a second, in the same pattern. */
  faster(times: number): Arrivals;
  /**
   * Arrival times at some of `processes` equal serving processes, each process's rising and from its own 0; the same for
   * the same seed.
   */
  atProcesses(processes: number, seed: number): readonly (readonly Millis[])[];
}

/** So many arrivals are played for one setting: the slowest 1 % of them are enough to tell a p99. */
const ARRIVALS_PLAYED = 20_000;

/**
 * Independent clients. A Poisson process of which each process gets a random share is a Poisson process at each, of the
 * rate divided by their number: one process speaks for all.
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
 * @param timesMs rising, at least two, not all the same
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
