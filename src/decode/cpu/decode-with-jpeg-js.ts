import jpeg from 'jpeg-js';
import type { RasterDecoder } from './raster-decoder.js';

/**
 * jpeg-js tolerates one damaged APP0 or APP1 per file, wherever it thinks it sees one, and skips by the length that it
 * finds there, possibly to scans that the header walk did not count. An empty APP0 after SOI uses up this tolerance.
 */
const DAMAGED_APP0 = Buffer.of(0x00, 0xe0, 0x00, 0x02);

/** Decodes all JPEGs in pure JavaScript: for platforms without a native decoder, and as the reference in tests. */
export const decodeWithJpegJs: RasterDecoder = (bytes, header, raster) => {
  const image = Buffer.concat([bytes.subarray(0, 2), DAMAGED_APP0, bytes.subarray(2)]);
  const { data, width, height } = jpeg.decode(image, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    // The header walk has already bounded the pixels; these limits must not refuse an image that it accepted.
    maxResolutionInMP: 1000,
    maxMemoryUsageInMB: 4096,
  });
  if (width !== header.width || height !== header.height) throw new Error('dimensions differ');
  raster.set(data);
};
