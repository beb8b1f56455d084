import type { Millis } from '../../batcher/index.js';
import type { Figures } from './simulate.js';
import {
  type Plan,
  type Setting,
  type Trial,
  trySetting,
  trySettings,
  windowsWithin,
} from './try-settings.js';

/** A setting may lose this share of the images and still meet a goal. */
const MOST_LOST = 0.001;
/** p99s whose ratio is below this count as equal. */
const ALIKE = 1.05;

export type Met = Trial & { readonly figures: Figures };

export function meetsGoal(trial: Trial, goalMs: Millis): trial is Met {
  const { figures } = trial;
  return figures !== undefined && figures.p99Ms <= goalMs && figures.lostShare <= MOST_LOST;
}

/**
 * The lowest p99 of the settings that meet the goal; among those within a few percent of it, the one whose lanes are
 * least busy, because it has the most headroom. Undefined if none meets the goal.
 */
export function recommend(trials: readonly Trial[], goalMs: Millis): Met | undefined {
  const met = trials.filter((trial) => meetsGoal(trial, goalMs));
  const lowestMs = Math.min(...met.map(({ figures }) => figures.p99Ms));
  return met
    .filter(({ figures }) => figures.p99Ms <= ALIKE * lowestMs)
    .sort((a, b) => a.figures.busyShare - b.figures.busyShare)[0];
}

/** The smallest number of GPUs, from `from` to `to`, with which a setting meets the goal; undefined if none does. */
export async function leastGpus(
  plan: Plan,
  goalMs: Millis,
  from: number,
  to: number,
): Promise<number | undefined> {
  const firstMs = plan.curve.msOf(1);
  if (firstMs > goalMs) return undefined;
  let low = from;
  let high = from;
  while (!(await anyMeets({ ...plan, gpus: high }, goalMs))) {
    if (high >= to) return undefined;
    low = high + 1;
    high = Math.min(to, 2 * high);
  }
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await anyMeets({ ...plan, gpus: middle }, goalMs)) high = middle;
    else low = middle + 1;
  }
  return high;
}

async function anyMeets(plan: Plan, goalMs: Millis): Promise<boolean> {
  for await (const trial of trySettings(plan, windowsWithin(goalMs))) {
    if (meetsGoal(trial, goalMs)) return true;
  }
  return false;
}

const MOST_TIMES = 64;
const STEPS = 7;

/** The highest rate in images per second at which a setting still meets the goal, with the same arrival pattern. */
export async function mostLoad(plan: Plan, setting: Setting, goalMs: Millis): Promise<number> {
  const meetsAt = async (times: number) =>
    meetsGoal(
      await trySetting({ ...plan, arrivals: plan.arrivals.faster(times) }, setting),
      goalMs,
    );
  let good = 1;
  let bad = 2;
  while (bad <= MOST_TIMES && (await meetsAt(bad))) {
    good = bad;
    bad *= 2;
  }
  for (let step = 0; step < STEPS; step++) {
    const middle = (good + bad) / 2;
    if (await meetsAt(middle)) good = middle;
    else bad = middle;
  }
  return good * plan.arrivals.perSecond;
}
