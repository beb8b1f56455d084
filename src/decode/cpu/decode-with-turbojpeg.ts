import { openTurboJpeg } from '../../native/index.js';
import type { RasterDecoder } from './raster-decoder.js';

/**
 * All JPEGs through the host's libturbojpeg: the rasters are those of Pillow, byte for byte. Undefined where the host
 * has no such library.
 */
export function openTurboJpegDecoder(): RasterDecoder | undefined {
  const turbo = openTurboJpeg();
  if (!turbo) return undefined;
  return (bytes, header, raster) => {
    if (header.colour !== 'cmyk') {
      turbo.decode(bytes, raster, header, 'rgb');
      return;
    }
    const samples = Buffer.allocUnsafe(header.width * header.height * 4);
    turbo.decode(bytes, samples, header, 'cmyk');
    cmykToRgb(samples, raster);
  };
}

/** As Pillow converts the CMYK of a JPEG, which Adobe's convention stores inverted. */
function cmykToRgb(samples: Uint8Array, raster: Uint8Array): void {
  for (let pixel = 0, at = 0; pixel < raster.length; pixel += 3, at += 4) {
    const white = Number(samples[at + 3]);
    raster[pixel] = white - dividedBy255((255 - Number(samples[at])) * white);
    raster[pixel + 1] = white - dividedBy255((255 - Number(samples[at + 1])) * white);
    raster[pixel + 2] = white - dividedBy255((255 - Number(samples[at + 2])) * white);
  }
}

/** Rounded, for products of two bytes. */
function dividedBy255(product: number): number {
  const rounded = product + 128;
  return ((rounded >> 8) + rounded) >> 8;
}
