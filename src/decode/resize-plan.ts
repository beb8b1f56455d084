import type { ImageInput } from '../engine/index.js';
import type { ImageHeader } from './header/image-header.js';
import type { Axis } from './resample/taps.js';

/** How to get from a stored raster to the model's input: resample both axes, then turn the small result upright. */
export interface ResizePlan {
  readonly x: Axis;
  readonly y: Axis;
  /** From stored to upright: the axes are swapped (EXIF 5 to 8), then each may be flipped. */
  readonly swap: boolean;
  readonly flipX: boolean;
  readonly flipY: boolean;
}

/**
 * Plans in the raster's own axes, so that only the few pixels of the result are turned upright. If a centre crop cannot
 * be even, the extra pixel is on the right or the bottom of the upright image.
 */
export function resizePlan(header: ImageHeader, input: ImageInput): ResizePlan {
  const { orientation } = header;
  const swap = orientation >= 5;
  const flipX = [2, 3, 6, 7].includes(orientation);
  const flipY = [3, 4, 7, 8].includes(orientation);
  const width = swap ? header.height : header.width;
  const height = swap ? header.width : header.height;
  const resized = resizedTo(width, height, input);
  const x = axis(width, resized.width, input.width, flipX);
  const y = axis(height, resized.height, input.height, flipY);
  return { x: swap ? y : x, y: swap ? x : y, swap, flipX, flipY };
}

/** `shortest` truncates the longer side, as torchvision's Resize does. */
function resizedTo(width: number, height: number, input: ImageInput) {
  if (input.resize === 'squash') return { width: input.width, height: input.height };
  const { shortest } = input.resize;
  return width <= height
    ? { width: shortest, height: Math.trunc((shortest * height) / width) }
    : { width: Math.trunc((shortest * width) / height), height: shortest };
}

function axis(from: number, to: number, count: number, flip: boolean): Axis {
  const offset = Math.floor((to - count) / 2);
  return { from, to, offset: flip ? to - count - offset : offset, count };
}
