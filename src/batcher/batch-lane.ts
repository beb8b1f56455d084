import type { Millis } from './clock.js';

/** Runs batches for the batcher: one session on one device, one call at a time. */
export interface BatchLane<I, O> {
  /**
   * Runs 1 to `maxBatchSize` inputs as a batch of `paddedSize`, and answers in their order. If an output is an Error,
   * that input alone has failed. If the promise rejects, an item of the batch or the lane is at fault.
   */
  run(inputs: readonly I[], paddedSize: number): Promise<readonly (O | Error)[]>;
  /** Runs the warm-up batch. If it rejects, the lane is at fault. */
  warmUp(): Promise<void>;
  /** Resolves with the reason when the lane has ended and will never answer again. */
  readonly ended?: Promise<Error>;
}

/** `open`: its circuit breaker is open, and it is probed. `hung` and `ended`: it will not recover in this process. */
export type LaneState = 'serving' | 'open' | 'hung' | 'ended';

/** Gets the events of lanes; lanes are numbered from 0. */
export interface LaneObserver {
  /** A run of `size` inputs, padding included, has ended, successfully or not; isolation and warm-up runs count too. */
  ran(lane: number, ms: Millis, size: number): void;
  laneChanged(lane: number, state: LaneState, cause?: Error): void;
}
