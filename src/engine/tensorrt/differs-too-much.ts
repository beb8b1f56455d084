import type { Comparison } from '../proof/compare-lanes.js';

/** The largest share of images with a different first class, among those for which the CPU is confident. */
const MAX_SHARE_DIFFERENT = 0.01;
/** With fewer images than this the share is not meaningful. */
const MIN_IMAGES = 100;

/** Whether an engine differs too much on real images to be served. */
export function differsTooMuch({ images, sureImages, sureTop1Differs }: Comparison): boolean {
  return images >= MIN_IMAGES && sureTop1Differs > MAX_SHARE_DIFFERENT * sureImages;
}
