import type { ImageHeader } from '../header/image-header.js';
import type { ResizePlan } from '../resize-plan.js';

/** Size of struct Job in resample.cu. */
export const JOB_BYTES = 72;

export interface ResampleJob {
  /** Device addresses of the raster and of the model's pixels. */
  readonly source: bigint;
  readonly target: bigint;
  readonly header: Pick<ImageHeader, 'width' | 'height'>;
  readonly plan: ResizePlan;
}

/** Writes job number `index` into the memory that the kernel reads. */
export function writeJob(
  memory: Uint8Array,
  index: number,
  { source, target, header, plan }: ResampleJob,
): void {
  const { x, y, swap, flipX, flipY } = plan;
  const view = new DataView(memory.buffer, memory.byteOffset + index * JOB_BYTES, JOB_BYTES);
  view.setBigUint64(0, source, true);
  view.setBigUint64(8, target, true);
  view.setFloat64(16, x.from / x.to, true);
  view.setFloat64(24, y.from / y.to, true);
  const numbers = [
    ...[header.width, header.height, x.offset, y.offset],
    ...[swap ? y.count : x.count, swap ? x.count : y.count],
    ...[Number(swap), Number(flipX), Number(flipY)],
  ];
  numbers.forEach((number, i) => {
    view.setInt32(32 + i * 4, number, true);
  });
}
