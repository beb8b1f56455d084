import type { DispatchReason, Item, Settlement } from '../../../src/batcher/index.js';
import type { Nature } from './happening.js';

/** An item, and what the model has seen of it. */
export interface ModelItem {
  readonly item: Item<number, number>;
  readonly nature: Nature;
  /** Its place in the order of enqueueing, which is its input too. */
  input: number | undefined;
  isCancelled: boolean;
  /** The batch it was dispatched in. */
  batch: ModelBatch | undefined;
  /** How often its input was released. */
  released: number;
  /** How it was settled, each time. */
  readonly ended: (Settlement<number> | Error)[];
}

/** Something a lane was given to do. */
export interface ModelRun {
  /** None: the warm-up batch. */
  readonly items: readonly ModelItem[];
  readonly paddedSize: number;
  readonly startedMs: number;
  ended: 'passed' | 'failed' | undefined;
}

/** A batch as it left, and what its lane made of it. */
export interface ModelBatch {
  readonly items: readonly ModelItem[];
  /** The configuration that it was formed with. */
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

/** Somebody in the batch, or the warm-up batch between its runs, has shown that the lane is well. */
export function hasPassed({ runs }: ModelBatch): boolean {
  return runs.some(({ ended }) => ended === 'passed');
}
