import type { SessionSource } from '../provider.js';

/** The data with which a lane's worker thread starts. */
export interface LaneWorkerData {
  readonly source: SessionSource;
  readonly height: number;
  readonly width: number;
  /** Batch sizes of the curve, in ascending order; the last is the largest batch. */
  readonly batchSizes: readonly number[];
  /** A known curve: the warm-up then runs only the largest and the smallest batch, and measures nothing. */
  readonly curve?: readonly MeasuredBatch[];
}

/** A batch of `batchSize` images took `ms`. */
export interface MeasuredBatch {
  readonly batchSize: number;
  readonly ms: number;
}

/** What a lane's thread reports when it is warm. */
export interface LaneReady {
  readonly warmUpMs: number;
  readonly curve: readonly MeasuredBatch[];
  /** Nodes that the CPU runs for a GPU provider. */
  readonly cpuNodes: readonly string[];
}

/** To the thread: run the first `batchSize` images of `buffer`, which is transferred. */
export interface LaneRequest {
  readonly buffer: ArrayBuffer;
  readonly batchSize: number;
  readonly allScores: boolean;
}

/** From the thread: the scores, or why the batch failed. The buffer comes back for reuse. */
export type LaneReply =
  | {
      readonly buffer: ArrayBuffer;
      /** float32 [batchSize, k], best first. */
      readonly confidence: Float32Array;
      /** int32 [batchSize, k]. */
      readonly labelIndex: Int32Array;
      /** float32 [batchSize, classes], if requested. */
      readonly scores?: Float32Array;
    }
  | { readonly buffer: ArrayBuffer; readonly failure: string };
