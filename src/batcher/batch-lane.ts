import type { Millis } from './clock.js';

/** What the batcher runs batches on: one session on one device, one call at a time. */
export interface BatchLane<I, O> {
  /**
   * Runs 1 to `maxBatchSize` inputs as a batch of `paddedSize`, and answers in their order. An Error as output
   * fails that input alone; a rejection says that somebody in the batch, or the lane, is at fault.
   */
  run(inputs: readonly I[], paddedSize: number): Promise<readonly (O | Error)[]>;
  /** Runs the warm-up batch. If it rejects, the lane is at fault. */
  warmUp(): Promise<void>;
}

/** `open`: its breaker is, and it is probed. `hung`: it will not come back in this process. */
export type LaneState = 'serving' | 'open' | 'hung';

/** What is told of lanes and batches; lanes are numbered from 0. */
export interface LaneObserver {
  /** A run of `size` inputs, with padding, ended, well or not; isolation and warm-up runs count. */
  ran(lane: number, ms: Millis, size: number): void;
  laneChanged(lane: number, state: LaneState, cause?: Error): void;
}
