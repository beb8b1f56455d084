import type { Millis } from '../../../src/batcher/index.js';
import type { BatcherModel } from './batcher-model.js';
import type { ModelItem } from './model-item.js';
import { padded } from './padded.js';

const RUN_MARGIN = 1.5;
const TIMER_MARGIN_MS = 2;

/** When these items must leave together so that none of them misses its deadline. */
export function leaveByMs({ curve, limits }: BatcherModel, items: readonly ModelItem[]): Millis {
  const runMs = curve.msOf(padded(items.length, limits.allowedBatchSizes));
  const deadlineMs = Math.min(...items.map(({ item }) => item.deadlineMs));
  return deadlineMs - RUN_MARGIN * runMs - TIMER_MARGIN_MS;
}
