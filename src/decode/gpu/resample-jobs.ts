import type { Filter } from '../resample/filters.js';
import type { ResizePlan } from '../resize-plan.js';

/** Bytes of struct Job in resample.cu. */
export const JOB_BYTES = 96;

/** The numbers that the kernel gives them. */
export const FILTERS: readonly Filter[] = ['nearest', 'bilinear', 'bicubic', 'lanczos'];

export interface ResampleJob {
  /** Where the raster lies on the device, and where the model's pixels go. */
  readonly source: bigint;
  readonly target: bigint;
  readonly plan: ResizePlan;
  readonly filter: Filter;
  readonly pad: readonly [red: number, green: number, blue: number];
}

/** Writes job number `index` where the kernel will read it. */
export function writeJob(
  memory: Uint8Array,
  index: number,
  { source, target, plan, filter, pad: [red, green, blue] }: ResampleJob,
): void {
  const { x, y, swap, firstAxis } = plan;
  const view = new DataView(memory.buffer, memory.byteOffset + index * JOB_BYTES, JOB_BYTES);
  view.setBigUint64(0, source, true);
  view.setBigUint64(8, target, true);
  view.setFloat64(16, x.from / x.to, true);
  view.setFloat64(24, y.from / y.to, true);
  const numbers = [
    ...[x.from, y.from, x.offset, y.offset, x.count, y.count, x.start, y.start],
    ...[Number(x.flip), Number(y.flip), Number(swap)],
    ...(swap ? [y.length, x.length] : [x.length, y.length]),
    FILTERS.indexOf(filter),
    red + (green << 8) + (blue << 16),
    Number(firstAxis === 'y'),
  ];
  numbers.forEach((number, i) => {
    view.setInt32(32 + i * 4, number, true);
  });
}
