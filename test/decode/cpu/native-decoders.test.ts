import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import { decodeWithFallback } from '../../../src/decode/cpu/decode-with-fallback.js';
import { openTurboJpegDecoder } from '../../../src/decode/cpu/decode-with-turbojpeg.js';
import type { RasterDecoder } from '../../../src/decode/cpu/raster-decoder.js';
import { readImageHeader } from '../../../src/decode/header/read-image-header.js';
import { solidJpeg, withoutQuantTables } from '../../helpers/make-jpeg.js';
import { CMYK, withBytesBeforeEoi, withShortBand, YCBCR } from '../../helpers/real-jpegs.js';

const turbo = openTurboJpegDecoder();
const NO_LIBRARY = turbo ? false : 'this host has no libturbojpeg';

function rasterOf(decoder: RasterDecoder | undefined, bytes: Buffer): Uint8Array {
  const header = readImageHeader(bytes, { maxPixels: 1e6 });
  const raster = new Uint8Array(header.width * header.height * 3);
  decoder?.(bytes, header, raster);
  return raster;
}

function sha256(raster: Uint8Array): string {
  return createHash('sha256').update(raster).digest('hex');
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - Number(b[i])), 0) / a.length;
}

/** What both decoders must do, whether their library warns or not. */
function opensWhatViewersOpen(t: Test, decoder: RasterDecoder | undefined): void {
  for (const { bytes } of [YCBCR, CMYK]) {
    const raster = rasterOf(decoder, bytes);
    const extra = rasterOf(decoder, withBytesBeforeEoi(bytes, Buffer.of(1, 2, 3)));
    t.ok(meanDifference(extra, raster) < 2, 'bytes between the scan and EOI');
    t.ok(meanDifference(rasterOf(decoder, withShortBand(bytes)), raster) < 2, 'a short band');
  }
  t.throws(() => rasterOf(decoder, withoutQuantTables(YCBCR.bytes)), 'no tables');
  t.throws(() => rasterOf(decoder, withoutQuantTables(CMYK.bytes)), 'no tables, CMYK');
}

t.test('the rasters of libturbojpeg are those of Pillow', { skip: NO_LIBRARY }, async (t) => {
  for (const { bytes, pillow } of [YCBCR, CMYK]) t.equal(sha256(rasterOf(turbo, bytes)), pillow);
  opensWhatViewersOpen(t, turbo);
});

t.test('the fallback decodes the same files, nearly to the same pixels', async (t) => {
  opensWhatViewersOpen(t, decodeWithFallback);
  for (const colour of [
    [200, 100, 50],
    [9, 9, 9],
  ] as const) {
    const raster = rasterOf(decodeWithFallback, solidJpeg(16, 8, colour));
    for (const [i, value] of colour.entries()) {
      t.ok(Math.abs(Number(raster[i]) - value) <= 3, `${raster[i]}`);
    }
  }
  if (!turbo) return;
  for (const { bytes } of [YCBCR, CMYK]) {
    const difference = meanDifference(rasterOf(decodeWithFallback, bytes), rasterOf(turbo, bytes));
    t.ok(difference < 2, `${difference} of 255`);
  }
});
