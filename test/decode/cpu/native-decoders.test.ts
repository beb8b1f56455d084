import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import { decodeWithFallback } from '../../../src/decode/cpu/decode-with-fallback.js';
import { openTurboJpegDecoder } from '../../../src/decode/cpu/decode-with-turbojpeg.js';
import type { RasterDecoder } from '../../../src/decode/cpu/raster-decoder.js';
import { joinParts } from '../../../src/decode/header/file-parts.js';
import { readImageHeader } from '../../../src/decode/header/read-image-header.js';
import { segment, solidJpeg, withoutQuantTables } from '../../helpers/make-jpeg.js';
import {
  CMYK,
  TALL_SAMPLING,
  withBytesBeforeEoi,
  withJunk,
  withOneName,
  withSegment,
  withShortBand,
  YCBCR,
} from '../../helpers/real-jpegs.js';

const turbo = openTurboJpegDecoder();
const NO_LIBRARY = turbo ? false : 'this host has no libturbojpeg';

function rasterOf(decoder: RasterDecoder | undefined, bytes: Buffer): Uint8Array {
  const header = readImageHeader(bytes, { maxPixels: 1e6 });
  const raster = new Uint8Array(header.width * header.height * 3);
  decoder?.(joinParts(bytes, header.parts), header, raster);
  return raster;
}

function sha256(raster: Uint8Array): string {
  return createHash('sha256').update(raster).digest('hex');
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - Number(b[i])), 0) / a.length;
}

/** An Adobe marker that says YCCK, which three components cannot be. */
const ADOBE_2 = segment(0xee, Buffer.from('Adobe\0\x64\0\0\0\0\x02', 'latin1'));
/** The second of two chunks of a profile, without the first; and one without anything. */
const ICC_2 = segment(0xe2, Buffer.from('ICC_PROFILE\0\x02\x02abc', 'latin1'));
const ICC_EMPTY = segment(0xe2, Buffer.from('ICC_PROFILE\0', 'latin1'));

/** What both decoders must do, whether their library warns or not. */
function opensWhatViewersOpen(t: Test, decoder: RasterDecoder | undefined): void {
  const isNear = (bytes: Buffer, raster: Uint8Array, name: string) => {
    const difference = meanDifference(rasterOf(decoder, bytes), raster);
    t.ok(difference < 2, `${name}: ${difference} of 255`);
  };
  for (const { bytes } of [YCBCR, CMYK]) {
    const raster = rasterOf(decoder, bytes);
    isNear(withBytesBeforeEoi(bytes, Buffer.of(1, 2, 3)), raster, 'bytes before EOI');
    isNear(withShortBand(bytes), raster, 'a short band');
    isNear(withJunk(bytes, Buffer.alloc(14, 0x5a)), raster, 'bytes before a marker');
  }
  const raster = rasterOf(decoder, YCBCR.bytes);
  isNear(withOneName(YCBCR.bytes), raster, 'components of one name');
  for (const one of [ADOBE_2, ICC_2, ICC_EMPTY]) {
    isNear(withSegment(YCBCR.bytes, one), raster, one.toString('latin1', 4, 12));
  }
  const header = readImageHeader(TALL_SAMPLING.bytes, { maxPixels: 1e6 });
  t.match(header, { width: 21, height: 17 });
  t.ok(new Set(rasterOf(decoder, TALL_SAMPLING.bytes)).size > 10, 'sampling factors of 1x3');
  t.throws(() => rasterOf(decoder, withoutQuantTables(YCBCR.bytes)), 'no tables');
  t.throws(() => rasterOf(decoder, withoutQuantTables(CMYK.bytes)), 'no tables, CMYK');
}

t.test('the rasters of libturbojpeg are those of Pillow', { skip: NO_LIBRARY }, async (t) => {
  for (const { bytes, pillow } of [YCBCR, CMYK, TALL_SAMPLING]) {
    t.equal(sha256(rasterOf(turbo, bytes)), pillow);
  }
  const damaged = withOneName(withJunk(YCBCR.bytes, Buffer.of(0, 0xff, 0, 1)));
  t.equal(sha256(rasterOf(turbo, damaged)), YCBCR.pillow, 'as it would be undamaged');
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
