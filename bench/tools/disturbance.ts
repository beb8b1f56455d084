import { setTimeout as sleep } from 'node:timers/promises';
import { readProcessorTime } from './processor-time.js';

/** For how long the machine is watched before a run. */
const WATCH_MS = 1000;
/** Above these, figures are not to be trusted. */
const MAX_OTHER_CORES = 0.1;
const MAX_STOLEN_SHARE = 0.02;

/** What other programs took from a run. */
export interface Disturbance {
  /** The number of cores that were busy in the second before the run. */
  readonly otherCores: number;
  /** The share of the processor time that the host took during the run. */
  readonly stolenShare: number;
}

/**
 * Watches the machine for a second. What it returns is to be called after the run; that returns undefined where the system
 * does not tell.
 */
export async function watchForDisturbance(): Promise<() => Disturbance | undefined> {
  const before = readProcessorTime();
  await sleep(WATCH_MS);
  const began = readProcessorTime();
  return () => {
    const ended = readProcessorTime();
    if (!before || !began || !ended) return undefined;
    return {
      otherCores: (1000 * (began.busySeconds - before.busySeconds)) / WATCH_MS,
      stolenShare:
        (ended.stolenSeconds - began.stolenSeconds) /
        Math.max(1, ended.allSeconds - began.allSeconds),
    };
  };
}

/** One line for each thing that makes the figures of a run doubtful. */
export function disturbanceLines(disturbance: Disturbance | undefined): string[] {
  if (!disturbance) return [];
  const { otherCores, stolenShare } = disturbance;
  const lines: string[] = [];
  if (otherCores > MAX_OTHER_CORES) {
    lines.push(`DISTURBED: other programs kept ${otherCores.toFixed(1)} cores busy before the run`);
  }
  if (stolenShare > MAX_STOLEN_SHARE) {
    const percent = (100 * stolenShare).toFixed(0);
    lines.push(`DISTURBED: the host gave ${percent} % of the processor time to other machines`);
  }
  return lines;
}
