import type { LatencyCurve } from '../../../src/batcher/index.js';
import type { ManualClock } from '../manual-clock.js';
import type { ModelBatch, ModelItem } from './model-item.js';
import type { ModelLane } from './model-lane.js';
import type { ModelSpeed } from './model-speed.js';

/** What a lane of the model knows about the rest. */
export interface World {
  readonly clock: ManualClock;
  readonly curve: LatencyCurve;
  /** How slow the lanes have been. */
  readonly speed: ModelSpeed;
  /** False once the clock has misbehaved: bounds on time no longer hold. */
  readonly isSteady: boolean;
  /** Records a violation, which the next check of the model throws. */
  readonly check: (isSo: boolean, what: string) => void;
  itemOf(input: number): ModelItem;
  /** Starts a new batch on a lane. */
  begin(lane: ModelLane, items: readonly ModelItem[]): ModelBatch;
  /** Returns increasing numbers. */
  next(): number;
}
