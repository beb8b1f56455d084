import jpeg from 'jpeg-js';
import type { RasterDecoder } from './raster-decoder.js';

/**
 * jpeg-js forgives one damaged APP0 or APP1 in a file, wherever it believes to see one, and jumps by the length
 * it finds there: perhaps to scans that the header walk has not counted. An empty one put after SOI uses that up.
 */
const DAMAGED_APP0 = Buffer.of(0x00, 0xe0, 0x00, 0x02);

/** All JPEGs in pure JavaScript: for platforms without a native decoder, and as the tests' oracle. */
export const decodeWithJpegJs: RasterDecoder = (bytes, header, raster) => {
  const image = Buffer.concat([bytes.subarray(0, 2), DAMAGED_APP0, bytes.subarray(2)]);
  const { data, width, height } = jpeg.decode(image, {
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
