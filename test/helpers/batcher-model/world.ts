import type { LatencyCurve } from '../../../src/batcher/index.js';
import type { ManualClock } from '../manual-clock.js';
import type { ModelBatch, ModelItem } from './model-item.js';
import type { ModelLane } from './model-lane.js';

/** What a lane of the model knows of the rest. */
export interface World {
  readonly clock: ManualClock;
  readonly curve: LatencyCurve;
  /** False once the clock has misbehaved: what holds in time cannot be asked for any more. */
  readonly isSteady: boolean;
  /** Notes what does not hold; the next look at the model throws it. */
  readonly check: (isSo: boolean, what: string) => void;
  itemOf(input: number): ModelItem;
  /** Another batch begins on a lane. */
  begin(lane: ModelLane, items: readonly ModelItem[]): ModelBatch;
  /** Numbers that rise. */
  next(): number;
}
