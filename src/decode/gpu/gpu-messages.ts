import type { UnitJob } from './unit-decoder.js';

/** To a thread of the GPU decoder: decode images, whose buffers are transferred, or do the trial again. */
export type GpuRequest = { readonly jobs: readonly UnitJob[] } | 'trial';

/** What comes back of each image; the buffers change hands again. */
export interface GpuResult {
  readonly bytes: Uint8Array;
  readonly pixels: Uint8Array;
  /** Why the image cannot be decoded here; without it the pixels are written. */
  readonly refusal?: string;
}

/** From the thread. */
export interface GpuReply {
  /** In the order of the jobs; none of a trial. */
  readonly results: readonly GpuResult[];
  /** Why the whole batch failed, if it did. */
  readonly failure?: string;
}
