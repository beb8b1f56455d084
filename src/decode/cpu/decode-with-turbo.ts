import turbo from '@julusian/jpeg-turbo';
import type { RasterDecoder } from './raster-decoder.js';

/**
 * Decodes grey and YCbCr JPEGs with libjpeg-turbo. The binding also throws on warnings, so an image that ends early or
 * has corrupt data is refused and never answered from half a picture.
 */
export const decodeWithTurbo: RasterDecoder = (bytes, header, raster) => {
  const target = Buffer.from(raster.buffer, raster.byteOffset, raster.byteLength);
  const { width, height } = turbo.decompressSync(bytes, target, { format: turbo.FORMAT_RGB });
  if (width !== header.width || height !== header.height) throw new Error('dimensions differ');
};
