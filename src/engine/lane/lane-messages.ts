import type { SessionSource } from '../provider.js';

/** What a lane's worker thread is started with. */
export interface LaneWorkerData {
  readonly source: SessionSource;
  readonly height: number;
  readonly width: number;
  /** Batch sizes of the curve, rising; the last is the largest batch. */
  readonly batchSizes: readonly number[];
  /** Known already: the warm-up then runs the largest batch and the smallest, and measures nothing. */
  readonly curve?: readonly MeasuredBatch[];
}

/** A batch of `batchSize` images took `ms`. */
export interface MeasuredBatch {
  readonly batchSize: number;
  readonly ms: number;
}

/** What a lane's thread says when it is warm. */
export interface LaneReady {
  readonly warmUpMs: number;
  readonly curve: readonly MeasuredBatch[];
  /** Nodes that the CPU runs for a GPU's provider. */
  readonly cpuNodes: readonly string[];
}

/** To the thread: run the first `batchSize` images of `buffer`, which is transferred. */
export interface LaneRequest {
  readonly buffer: ArrayBuffer;
  readonly batchSize: number;
}

/** The buffer comes back for reuse, whether the batch passed or not. */
export type LaneReply =
  | {
      readonly buffer: ArrayBuffer;
      /** float32 [batchSize, k], best first. */
      readonly confidence: Float32Array;
      /** int32 [batchSize, k]. */
      readonly labelIndex: Int32Array;
    }
  | { readonly buffer: ArrayBuffer; readonly failure: string };
