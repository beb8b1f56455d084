import type { ImageHeader } from '../header/image-header.js';

export type Colour = readonly [red: number, green: number, blue: number];

/**
 * Decodes an image whose header has passed the checks into `raster`: header.height rows from the top of
 * header.width RGB pixels, as stored (EXIF orientation is not applied). Throws its library's error if the image
 * cannot be decoded completely. With a `background`, what is transparent is laid over that colour; without one, alpha
 * is dropped.
 */
export type RasterDecoder = (
  bytes: Buffer,
  header: ImageHeader,
  raster: Uint8Array,
  background?: Colour,
) => void;

/**
 * Writes grey, grey+alpha, RGB or RGBA samples as RGB bytes. 16-bit samples keep their upper half.
 *
 * @throws if the number of samples does not match the raster
 */
export function packRgb(
  samples: Uint8Array | Uint16Array,
  raster: Uint8Array,
  background?: Colour,
): void {
  const pixels = raster.length / 3;
  const channels = samples.length / pixels;
  if (![1, 2, 3, 4].includes(channels)) throw new Error(`${channels} samples per pixel`);
  const shift = samples instanceof Uint16Array ? 8 : 0;
  if (channels === 3 && shift === 0) {
    raster.set(samples);
    return;
  }
  const green = channels >= 3 ? 1 : 0;
  const blue = green * 2;
  for (let pixel = 0, at = 0; pixel < raster.length; pixel += 3, at += channels) {
    raster[pixel] = Number(samples[at]) >> shift;
    raster[pixel + 1] = Number(samples[at + green]) >> shift;
    raster[pixel + 2] = Number(samples[at + blue]) >> shift;
  }
  if (background && channels % 2 === 0) layOver(background, samples, channels, shift, raster);
}

/** Rounds as Pillow does when it pastes with the alpha as the mask. */
function layOver(
  background: Colour,
  samples: Uint8Array | Uint16Array,
  channels: number,
  shift: number,
  raster: Uint8Array,
): void {
  for (let pixel = 0, at = channels - 1; pixel < raster.length; pixel += 3, at += channels) {
    const alpha = Number(samples[at]) >> shift;
    for (let i = 0; i < 3; i++) {
      const sum = Number(raster[pixel + i]) * alpha + Number(background[i]) * (255 - alpha) + 128;
      raster[pixel + i] = ((sum >> 8) + sum) >> 8;
    }
  }
}
