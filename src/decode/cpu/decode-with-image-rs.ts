import { Transformer } from '@napi-rs/image';
import { packRgb, type RasterDecoder } from './raster-decoder.js';

/** PNG, WebP, BMP, TIFF and AVIF through the image crate, and JPEGs that the fallback cannot decode. */
export const decodeWithImageRs: RasterDecoder = (bytes, header, raster, background) => {
  const samples = new Transformer(bytes).rawPixelsSync();
  packRgb(header.bitDepth === 16 ? asUint16(samples) : samples, raster, background);
};

/** The library returns 16-bit samples in the machine's byte order. */
function asUint16(samples: Buffer): Uint16Array {
  const copy = Uint8Array.prototype.slice.call(samples);
  return new Uint16Array(copy.buffer, 0, copy.length / 2);
}
