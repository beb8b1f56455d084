import jpeg from 'jpeg-js';
import type { RasterDecoder } from './raster-decoder.js';

/** All JPEGs in pure JavaScript: for platforms without a native decoder, and as the tests' oracle. */
export const decodeWithJpegJs: RasterDecoder = (bytes, header, raster) => {
  const { data, width, height } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    // The header walk has already bounded the pixels; these must not refuse what it lets through.
    maxResolutionInMP: 1000,
    maxMemoryUsageInMB: 4096,
  });
  if (width !== header.width || height !== header.height) throw new Error('dimensions differ');
  raster.set(data);
};
