/** What a lane's worker thread is started with. */
export interface LaneWorkerData {
  readonly graph: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** Batch sizes to measure, rising; the last is the largest batch. */
  readonly batchSizes: readonly number[];
}

/** To the worker: run the first `batchSize` images of `buffer`, which is transferred, or its own warm-up batch. */
export type LaneRequest =
  | { readonly kind: 'run'; readonly buffer: ArrayBuffer; readonly batchSize: number }
  | { readonly kind: 'warmUp' };

/** A batch of `batchSize` images took `ms`. */
export interface MeasuredBatch {
  readonly batchSize: number;
  readonly ms: number;
}

/** From the worker: it is warm, a batch ended well or badly; the buffer comes back for reuse. */
export type LaneReply =
  | { readonly kind: 'ready'; readonly warmUpMs: number; readonly curve: readonly MeasuredBatch[] }
  | { readonly kind: 'refused'; readonly message: string }
  | {
      readonly kind: 'done';
      readonly buffer: ArrayBuffer;
      /** float32 [batchSize, k], best first. */
      readonly confidence: Float32Array;
      /** int32 [batchSize, k]. */
      readonly labelIndex: Int32Array;
    }
  | { readonly kind: 'warm' }
  | { readonly kind: 'failed'; readonly buffer?: ArrayBuffer; readonly message: string };
