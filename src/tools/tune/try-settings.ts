import type { LatencyCurve, Millis } from '../../batcher/index.js';
import { withRunSizes } from '../../engine/index.js';
import type { Arrivals } from './arrivals.js';
import type { LaneTimes } from './lane-times.js';
import { type Figures, simulate } from './simulate.js';

/** The load and the hardware to be sized. */
export interface Plan {
  readonly arrivals: Arrivals;
  readonly gpus: number;
  /** The provider that runs on the GPUs; some providers pad batches. */
  readonly provider: string;
  readonly curve: LatencyCurve;
  readonly laneTimes: LaneTimes;
  readonly maxQueueSize: number;
  readonly timeoutMs: Millis;
  readonly seed: number;
}

export interface Setting {
  readonly maxBatchSize: number;
  readonly maxQueueDelayMs: Millis;
}

/** A setting and its result; there are no figures if its batches cannot carry the load. */
export interface Trial {
  readonly setting: Setting;
  readonly figures?: Figures;
}

const WINDOWS_MS = [0, 1, 2, 5, 10, 20, 50];

/** The windows that are worth trying: one as long as the goal leaves no time to run. */
export function windowsWithin(goalMs: Millis): number[] {
  return WINDOWS_MS.filter((windowMs) => windowMs < goalMs);
}

/** The highest rate in images per second that lanes with this curve carry, in batches of up to `maxBatchSize`. */
export function capacityOf(curve: LatencyCurve, maxBatchSize: number, gpus: number): number {
  const sizes = curve.points
    .map(({ batchSize }) => batchSize)
    .filter((size) => size <= maxBatchSize);
  return gpus * Math.max(...sizes.map((size) => (1000 * size) / curve.msOf(size)));
}

/** Tries every batch size of the curve as the limit, largest first, with every window. */
export async function* trySettings(
  plan: Plan,
  windowsMs: readonly Millis[],
): AsyncGenerator<Trial> {
  for (const { batchSize: maxBatchSize } of plan.curve.points.toReversed()) {
    // One image fills a batch of one, whatever the window.
    for (const maxQueueDelayMs of maxBatchSize === 1 ? [0] : windowsMs) {
      yield await trySetting(plan, { maxBatchSize, maxQueueDelayMs });
    }
  }
}

export async function trySetting(plan: Plan, setting: Setting): Promise<Trial> {
  const { arrivals, gpus, provider, curve, laneTimes, maxQueueSize, timeoutMs, seed } = plan;
  const isTooMuch = arrivals.perSecond >= capacityOf(curve, setting.maxBatchSize, gpus);
  if (arrivals.isEndless && isTooMuch) return { setting };
  const limits = withRunSizes(provider, { ...setting, maxQueueSize, allowedBatchSizes: [] });
  const figures = await simulate({
    ...{ arrivals, processes: gpus, limits, timeoutMs, curve, laneTimes, seed },
  });
  return { setting, figures };
}
