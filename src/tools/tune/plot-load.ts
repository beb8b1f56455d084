import type { Millis } from '../../batcher/index.js';
import { linePlot } from '../plot/line-plot.js';
import { capacityOf, type Plan, trySetting } from './try-settings.js';

/** The shares of capacity at which points are plotted. */
const LOADS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95];

/** An SVG plot of p99 against load for each window at one batch limit, with the goal. */
export async function plotLoad(
  plan: Plan,
  maxBatchSize: number,
  windowsMs: readonly Millis[],
  goalMs: Millis,
): Promise<string> {
  const capacity = capacityOf(plan.curve, maxBatchSize, plan.gpus);
  const loads = LOADS.map((share) => share * capacity);
  const lines = [];
  for (const maxQueueDelayMs of windowsMs) {
    const points = [];
    for (const load of loads) {
      const arrivals = plan.arrivals.faster(load / plan.arrivals.perSecond);
      const { figures } = await trySetting(
        { ...plan, arrivals },
        { maxBatchSize, maxQueueDelayMs },
      );
      points.push({ x: load, y: figures?.p99Ms ?? Number.NaN });
    }
    lines.push({ name: `window ${maxQueueDelayMs} ms`, points });
  }
  const goal = [0, capacity].map((x) => ({ x, y: goalMs }));
  return linePlot({
    title: `p99 of queue + infer, batches of up to ${maxBatchSize}, ${plan.gpus === 1 ? '1 GPU' : `${plan.gpus} GPUs`}`,
    xLabel: 'images/s',
    yLabel: 'p99, ms',
    lines: [...lines, { name: 'goal', points: goal }],
    logY: true,
  });
}
