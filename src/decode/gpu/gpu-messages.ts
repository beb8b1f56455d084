import type { UnitJob } from './unit-decoder.js';

/** To a GPU decoder thread, one at a time. All buffers are transferred. */
export type GpuRequest =
  | { readonly kind: 'decode'; readonly jobs: readonly UnitJob[] }
  /** Decode the trial image again. */
  | { readonly kind: 'warmUp' };

/** The result for each image, in the order of the jobs; the buffers are transferred back. */
export interface GpuResult {
  readonly bytes: Uint8Array;
  readonly pixels: Uint8Array;
  /** Why the image cannot be decoded here. If undefined, the pixels are written. */
  readonly refusal?: string;
}

/** From the thread: one reply to its start, and one to each request. */
export type GpuReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly results: readonly GpuResult[] }
  /** The whole batch, the trial, or the start failed. */
  | { readonly kind: 'failed'; readonly message: string; readonly results: readonly GpuResult[] };
