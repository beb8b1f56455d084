import type { ImageInput } from '../engine/index.js';
import type { ImageHeader } from './header/image-header.js';
import type { Axis } from './resample/taps.js';

export const DEFAULT_FILTER = 'bilinear';
export const DEFAULT_PAD = [0, 0, 0] as const;

/** One axis of the way from a raster to a model's input. */
export interface PlannedAxis extends Axis {
  /** The input's samples along this axis, upright; `count` of them from `start` on are the image, the others padding. */
  readonly length: number;
  readonly start: number;
}

/** How to get from a stored raster to the model's input: resample both axes, then lay the small result upright. */
export interface ResizePlan {
  /** The raster's axes. A flip is done by the resampling. */
  readonly x: PlannedAxis;
  readonly y: PlannedAxis;
  /** Whether the axes change places on the way to upright (EXIF orientation 5 to 8). */
  readonly swap: boolean;
  /** The axis that is resized first. */
  readonly firstAxis: 'x' | 'y';
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Plans in the raster's own axes, so that only the few pixels of the result are turned upright. */
export function resizePlan(header: ImageHeader, input: ImageInput): ResizePlan {
  const { orientation } = header;
  const swap = orientation >= 5;
  const flipX = [2, 3, 6, 7].includes(orientation);
  const flipY = [3, 4, 7, 8].includes(orientation);
  const image = {
    width: swap ? header.height : header.width,
    height: swap ? header.width : header.height,
  };
  const box = boxOf(image, input);
  const resized = input.pad ? fitInto(image, box) : box;
  // The order of Pillow 13: rows first, unless that leaves much more to do.
  const shrunkBy = (side: keyof Size) => image[side] - resized[side];
  const isWidthFirst = !(shrunkBy('height') > Math.max(0, 2 * shrunkBy('width')));
  const half = input.cropRounding === 'floor' ? Math.floor : halfToEven;
  const plan = (side: keyof Size, flip: boolean): PlannedAxis => {
    // Where the resized image lies in the box, and the box in the input: the one is padding, the other a crop.
    const at = half((box[side] - resized[side]) / 2) - half((box[side] - input[side]) / 2);
    const start = Math.max(0, at);
    const offset = Math.max(0, -at);
    const count = Math.min(resized[side] - offset, input[side] - start);
    return {
      from: image[side],
      to: resized[side],
      offset,
      count,
      flip,
      length: input[side],
      start,
    };
  };
  const x = plan('width', flipX);
  const y = plan('height', flipY);
  return { x: swap ? y : x, y: swap ? x : y, swap, firstAxis: isWidthFirst !== swap ? 'x' : 'y' };
}

/** What the image is resized to, its padding included, before the centre is cut out. */
function boxOf({ width, height }: Size, input: ImageInput): Size {
  const { resize, crop } = input;
  if (resize === 'squash') {
    const ratio = typeof crop === 'number' ? crop : 1;
    return { width: Math.floor(input.width / ratio), height: Math.floor(input.height / ratio) };
  }
  if ('width' in resize) return resize;
  const { shortest } = resize;
  // The longer side is truncated, as torchvision's Resize does.
  return width <= height
    ? { width: shortest, height: Math.trunc((shortest * height) / width) }
    : { width: Math.trunc((shortest * width) / height), height: shortest };
}

/** The largest size of the image's aspect ratio within the box, rounded as Pillow's ImageOps.contain does. */
function fitInto({ width, height }: Size, box: Size): Size {
  const aspect = width / height;
  if (aspect > box.width / box.height) {
    return { width: box.width, height: Math.max(1, halfToEven((height / width) * box.width)) };
  }
  return { width: Math.max(1, halfToEven(aspect * box.height)), height: box.height };
}

/** Rounds as Python's round. */
function halfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return rest < 0.5 ? floor : floor + 1;
}
