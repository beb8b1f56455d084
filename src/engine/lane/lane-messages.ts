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

/** To the worker: run the first `batchSize` images of `buffer`, which is transferred, or run the warm-up batch. */
export type LaneRequest =
  | {
      readonly kind: 'run';
      readonly buffer: ArrayBuffer;
      readonly batchSize: number;
      readonly allScores: boolean;
    }
  | { readonly kind: 'warmUp' };

/** A batch of `batchSize` images took `ms`. */
export interface MeasuredBatch {
  readonly batchSize: number;
  readonly ms: number;
}

/** From the worker: it is measuring, it is warm, or a batch succeeded or failed; the buffer comes back for reuse. */
export type LaneReply =
  /** The share of the curve, 0 to 1, that is measured. */
  | { readonly kind: 'measuring'; readonly share: number }
  | {
      readonly kind: 'ready';
      readonly warmUpMs: number;
      readonly curve: readonly MeasuredBatch[];
      /** Nodes that the CPU runs for a GPU provider. */
      readonly cpuNodes: readonly string[];
    }
  | { readonly kind: 'refused'; readonly message: string }
  | {
      readonly kind: 'done';
      readonly buffer: ArrayBuffer;
      /** float32 [batchSize, k], best first. */
      readonly confidence: Float32Array;
      /** int32 [batchSize, k]. */
      readonly labelIndex: Int32Array;
      /** float32 [batchSize, classes], if they were asked for. */
      readonly scores?: Float32Array;
    }
  | { readonly kind: 'warm' }
  | { readonly kind: 'failed'; readonly buffer?: ArrayBuffer; readonly message: string };
