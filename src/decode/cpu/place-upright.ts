import type { ResizePlan } from '../resize-plan.js';

type Colour = readonly [red: number, green: number, blue: number];

/**
 * Copies resampled RGB pixels (y.count rows of x.count in the raster's axes) into a model's input, `target`, upright and
 * where the plan says. What they leave of it gets the colour `pad`.
 */
export function placeUpright(
  pixels: Uint8Array,
  { x, y, swap }: ResizePlan,
  pad: Colour,
  target: Uint8Array,
): void {
  const isWhole = x.count === x.length && y.count === y.length;
  if (isWhole && !swap) {
    target.set(pixels);
    return;
  }
  if (!isWhole)
    Buffer.from(target.buffer, target.byteOffset, target.length).fill(Buffer.of(...pad));
  const columnBytes = (swap ? y.length : 1) * 3;
  const rowBytes = (swap ? 1 : x.length) * 3;
  let from = 0;
  for (let row = 0; row < y.count; row++) {
    let to = (y.start + row) * rowBytes + x.start * columnBytes;
    for (let column = 0; column < x.count; column++, to += columnBytes) {
      target[to] = Number(pixels[from++]);
      target[to + 1] = Number(pixels[from++]);
      target[to + 2] = Number(pixels[from++]);
    }
  }
}
