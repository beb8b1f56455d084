import { Transformer } from '@napi-rs/image';
import { packRgb, type RasterDecoder } from './raster-decoder.js';

/** Decodes PNGs and CMYK JPEGs, which libjpeg-turbo's binding does not support, with the image crate. */
export const decodeWithImageRs: RasterDecoder = (bytes, header, raster) => {
  const samples = new Transformer(bytes).rawPixelsSync();
  packRgb(header.bitDepth === 16 ? asUint16(samples) : samples, raster);
};

/** The library returns 16-bit samples in the machine's byte order. */
function asUint16(samples: Buffer): Uint16Array {
  const copy = Uint8Array.prototype.slice.call(samples);
  return new Uint16Array(copy.buffer, 0, copy.length / 2);
}
