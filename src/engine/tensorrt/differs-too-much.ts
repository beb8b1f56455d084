import type { Comparison } from '../proof/compare-lanes.js';

/** An engine may differ from the CPU in the first class of this share of the images where the CPU is sure. */
const MAX_SHARE_DIFFERENT = 0.01;
/** Below this many images the share says nothing. */
const MIN_IMAGES = 100;

/** Whether an engine that was compared on real images must not be served. */
export function differsTooMuch({ images, sureImages, sureTop1Differs }: Comparison): boolean {
  return images >= MIN_IMAGES && sureTop1Differs > MAX_SHARE_DIFFERENT * sureImages;
}
