import turbo from '@julusian/jpeg-turbo';
import type { RasterDecoder } from './raster-decoder.js';

/**
 * Grey and YCbCr JPEGs through libjpeg-turbo. The binding throws on warnings too, so an image that ends early
 * or has broken data is refused rather than answered from half a picture.
 */
export const decodeWithTurbo: RasterDecoder = (bytes, header, raster) => {
  const target = Buffer.from(raster.buffer, raster.byteOffset, raster.byteLength);
  const { width, height } = turbo.decompressSync(bytes, target, { format: turbo.FORMAT_RGB });
  if (width !== header.width || height !== header.height) throw new Error('dimensions differ');
};
