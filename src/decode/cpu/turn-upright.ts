import type { ResizePlan } from '../resize-plan.js';

/**
 * Copies RGB pixels from the raster's axes (plan.x.count columns) into `target`, upright. Both hold
 * plan.x.count * plan.y.count * 3 bytes.
 */
export function turnUpright(pixels: Uint8Array, plan: ResizePlan, target: Uint8Array): void {
  const { swap, flipX, flipY } = plan;
  if (!swap && !flipX && !flipY) {
    target.set(pixels);
    return;
  }
  const columns = plan.x.count;
  const width = swap ? plan.y.count : columns;
  const height = swap ? columns : plan.y.count;
  let out = 0;
  for (let y = 0; y < height; y++) {
    const v = flipY ? height - 1 - y : y;
    for (let x = 0; x < width; x++) {
      const u = flipX ? width - 1 - x : x;
      const at = (swap ? u * columns + v : v * columns + u) * 3;
      target[out++] = Number(pixels[at]);
      target[out++] = Number(pixels[at + 1]);
      target[out++] = Number(pixels[at + 2]);
    }
  }
}
