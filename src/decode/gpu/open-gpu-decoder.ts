import type { Clock } from '../../batcher/index.js';
import { GpuDecoder, type GpuDecoderOptions } from './gpu-decoder.js';
import { GpuLane, type PixelBuffers } from './gpu-lane.js';

/** While one waits for its batch, the other reads headers, copies, and feeds the units. */
export const GPU_THREADS = 2;

export interface OpenGpuDecoderOptions {
  readonly pixels: PixelBuffers;
  readonly clock: Clock;
  readonly broken: GpuDecoderOptions['broken'];
  /** Default GPU_THREADS. */
  readonly threads?: number;
}

/**
 * Opens the JPEG units of this process's GPU: each thread has decoded the trial image to the right pixels.
 *
 * @throws {ThreadRefusedError}
 */
export async function openGpuDecoder({
  pixels,
  clock,
  broken,
  threads = GPU_THREADS,
}: OpenGpuDecoderOptions): Promise<GpuDecoder> {
  const lanes: GpuLane[] = [];
  // One after the other: where the first is refused, no other needs to try.
  while (lanes.length < threads) lanes.push(await GpuLane.open(pixels));
  return new GpuDecoder({ lanes, clock, broken });
}
