import type { UnitJob } from './unit-decoder.js';

/** To a thread of the GPU decoder, one at a time. All buffers are transferred. */
export type GpuRequest =
  | { readonly kind: 'decode'; readonly jobs: readonly UnitJob[] }
  /** Do the trial again. */
  | { readonly kind: 'warmUp' };

/** What comes back of each image, in the order of the jobs; the buffers change hands again. */
export interface GpuResult {
  readonly bytes: Uint8Array;
  readonly pixels: Uint8Array;
  /** Why the image cannot be decoded here; without it the pixels are written. */
  readonly refusal?: string;
}

/** From the thread: one reply to its start, and one to each request. */
export type GpuReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly results: readonly GpuResult[] }
  /** The whole batch, the trial, or the start failed. */
  | { readonly kind: 'failed'; readonly message: string; readonly results: readonly GpuResult[] };
