import type { Clock } from '../../batcher/index.js';
import { type GpuBatchLane, GpuDecoder, type GpuDecoderOptions } from './gpu-decoder.js';
import { GpuLane, type PixelBuffers } from './gpu-lane.js';

/** While one thread waits for its batch, the other reads headers, copies pixels and submits its own batch. */
export const GPU_THREADS = 2;

export interface OpenGpuDecoderOptions {
  readonly pixels: PixelBuffers;
  readonly clock: Clock;
  readonly broken: GpuDecoderOptions['broken'];
  /** Number of threads; by default GPU_THREADS. */
  readonly threads?: number;
  /** Opens one thread; tests give another. */
  readonly openLane?: (pixels: PixelBuffers) => Promise<GpuBatchLane>;
}

/**
 * Opens the JPEG units of this process's GPU. Each thread decodes the trial image, and its pixels must be correct.
 *
 * @throws {ThreadRefusedError}
 */
export async function openGpuDecoder({
  pixels,
  clock,
  broken,
  threads = GPU_THREADS,
  openLane = (buffers) => GpuLane.open(buffers),
}: OpenGpuDecoderOptions): Promise<GpuDecoder> {
  const lanes: GpuBatchLane[] = [];
  try {
    // One after the other: if the first is refused, the others need not try.
    while (lanes.length < threads) lanes.push(await openLane(pixels));
  } catch (error) {
    await Promise.all(lanes.map((lane) => lane.close()));
    throw error;
  }
  return new GpuDecoder({ lanes, clock, broken });
}
