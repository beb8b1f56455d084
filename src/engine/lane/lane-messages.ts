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

/** To the worker: run the first `batchSize` images of `buffer`, which is transferred, or its own warm-up batch. */
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

/** From the worker: it is measuring, it is warm, a batch ended well or badly; the buffer comes back for reuse. */
export type LaneReply =
  /** The share of the curve that is measured, 0 to 1. */
  | { readonly kind: 'measuring'; readonly share: number }
  | {
      readonly kind: 'ready';
      readonly warmUpMs: number;
      readonly curve: readonly MeasuredBatch[];
      /** Nodes that the CPU runs for a GPU's provider. */
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
