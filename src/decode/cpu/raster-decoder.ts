import type { ImageHeader } from '../header/image-header.js';

/**
 * Decodes an image whose header has passed the checks into `raster`: header.height rows from the top of
 * header.width RGB pixels, as stored (EXIF orientation is not applied). Throws its library's error if the image
 * cannot be decoded completely.
 */
export type RasterDecoder = (bytes: Buffer, header: ImageHeader, raster: Uint8Array) => void;

/**
 * Writes grey, grey+alpha, RGB or RGBA samples as RGB bytes. Alpha is dropped, as in the original server;
 * 16-bit samples keep their upper half.
 *
 * @throws if the number of samples does not match the raster
 */
export function packRgb(samples: Uint8Array | Uint16Array, raster: Uint8Array): void {
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
}
