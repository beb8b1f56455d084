import type { UnitJob } from './unit-decoder.js';

/** To a GPU decoder thread: decode images, whose buffers are transferred, or decode the trial image again. */
export type GpuRequest = { readonly jobs: readonly UnitJob[] } | 'trial';

/** The result for each image; the buffers are transferred back. */
export interface GpuResult {
  readonly bytes: Uint8Array;
  readonly pixels: Uint8Array;
  /** Why the image cannot be decoded here. If undefined, the pixels are written. */
  readonly refusal?: string;
}

/** From the thread. */
export interface GpuReply {
  /** In the order of the jobs; empty for the trial. */
  readonly results: readonly GpuResult[];
  /** Why the whole batch failed, if it did. */
  readonly failure?: string;
}
