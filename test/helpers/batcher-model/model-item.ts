import type { DispatchReason, Item, Settlement } from '../../../src/batcher/index.js';
import type { Nature } from './happening.js';

/** An item, and what the model has seen of it. */
export interface ModelItem {
  readonly item: Item<number, number>;
  readonly nature: Nature;
  /** Its position in the order of enqueueing, which is also its input. */
  input: number | undefined;
  isCancelled: boolean;
  /** The batch it was dispatched in. */
  batch: ModelBatch | undefined;
  /** How many times its input was released. */
  released: number;
  /** Every settlement of the item; there must be exactly one. */
  readonly ended: (Settlement<number> | Error)[];
}

/** A run that a lane was given. */
export interface ModelRun {
  /** Empty for the warm-up batch. */
  readonly items: readonly ModelItem[];
  readonly paddedSize: number;
  readonly startedMs: number;
  ended: 'passed' | 'failed' | undefined;
}

/** A batch as it left, and its runs. */
export interface ModelBatch {
  readonly items: readonly ModelItem[];
  /** The allowed sizes when it was formed. */
  readonly allowedBatchSizes: readonly number[];
  readonly reason: DispatchReason;
  readonly runs: ModelRun[];
  /** `hung`: the lane may still read its inputs. */
  state: 'running' | 'over' | 'hung';
}

export function isLive({ item }: ModelItem): boolean {
  return item.state !== 'settled';
}

export function isWarmUp({ items }: ModelRun): boolean {
  return items.length === 0;
}

/** Whether an item of the batch, or a warm-up batch between its runs, has shown that the lane works. */
export function hasPassed({ runs }: ModelBatch): boolean {
  return runs.some(({ ended }) => ended === 'passed');
}
