import type { Arrivals } from '../../src/tools/tune/arrivals.js';

/** Only the first `count` arrivals at each process. */
export function fewerArrivals(arrivals: Arrivals, count: number): Arrivals {
  return {
    ...arrivals,
    faster: (times) => fewerArrivals(arrivals.faster(times), count),
    atProcesses: (processes, seed) =>
      arrivals.atProcesses(processes, seed).map((timesMs) => timesMs.slice(0, count)),
  };
}
