import { median } from '../tools/quantile.js';
import type { Round } from './compare-round.js';

export const LOADS = [0.5, 0.8];
export const WINDOWS_MS = [0, 2, 10];
export const MOST_OTHERS_CORES = 0.1;
const MOST_DRIFT = 0.03;

/** The rounds of a setting that were not disturbed. */
export function quietRounds(
  rounds: readonly Round[],
  load: number,
  windowMs: number,
): readonly Round[] {
  return rounds.filter(
    (round) =>
      round.load === load &&
      round.windowMs === windowMs &&
      round.live.othersCores <= MOST_OTHERS_CORES &&
      Math.abs(round.drift - 1) <= MOST_DRIFT,
  );
}

/** The medians of each setting over its undisturbed rounds, or over all rounds if there are none. */
export function sumUp(rounds: readonly Round[]) {
  const settings = [];
  for (const load of LOADS) {
    for (const windowMs of WINDOWS_MS) {
      const good = quietRounds(rounds, load, windowMs);
      const used =
        good.length > 0 ? good : rounds.filter((r) => r.load === load && r.windowMs === windowMs);
      const measuredP99Ms = median(used.map(({ live }) => live.p99Ms));
      const simulatedP99Ms = median(used.map(({ spreadP99Ms }) => spreadP99Ms));
      const off = median(used.map(({ spreadP99Ms, live }) => spreadP99Ms / live.p99Ms)) - 1;
      const curveOff = median(used.map((round) => round.curveP99Ms / round.live.p99Ms)) - 1;
      settings.push({
        load,
        windowMs,
        quietRounds: good.length,
        measuredP99Ms,
        simulatedP99Ms,
        off,
        curveOff,
      });
    }
  }
  return settings;
}
