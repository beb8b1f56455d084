/** What a lane's worker thread is started with. */
export interface LaneWorkerData {
  readonly graph: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly maxBatchSize: number;
}

/** To the worker: run the first `count` images of `buffer`, which is transferred. */
export interface BatchMessage {
  readonly buffer: ArrayBuffer;
  readonly count: number;
}

/** From the worker: it is warm, a batch ended well or badly; the buffer comes back for reuse. */
export type LaneReply =
  | { readonly kind: 'ready'; readonly warmUpMs: number }
  | { readonly kind: 'refused'; readonly message: string }
  | {
      readonly kind: 'done';
      readonly buffer: ArrayBuffer;
      /** float32 [count, k], best first. */
      readonly confidence: Float32Array;
      /** int32 [count, k]. */
      readonly labelIndex: Int32Array;
    }
  | { readonly kind: 'failed'; readonly buffer: ArrayBuffer; readonly message: string };
