import fc from 'fast-check';
import t from 'tap';
import {
  ImageTooComplexError,
  ImageTooLargeError,
  UndecodableImageError,
} from '../../../src/decode/header/image-errors.js';
import { IMAGE_FORMATS } from '../../../src/decode/header/image-format.js';
import {
  MAX_MEGAPIXEL_SCANS,
  MAX_SCANS,
  readImageHeader,
} from '../../../src/decode/header/read-image-header.js';
import { makeTiff } from '../../helpers/make-exif.js';
import {
  exifSegment,
  type FrameOptions,
  frame,
  makeJpeg,
  scan,
  solidJpeg,
} from '../../helpers/make-jpeg.js';
import { makePng, solidPng } from '../../helpers/make-png.js';
import { REAL_IMAGES } from '../../helpers/real-images.js';

const LIMITS = { maxPixels: 1e8, formats: IMAGE_FORMATS };

function jpegWithScans(count: number, size: FrameOptions = {}): Buffer {
  return makeJpeg(frame({ code: 0xc2, ...size }), ...Array.from({ length: count }, () => scan()));
}

t.test('formats are told apart by their bytes', async (t) => {
  t.match(readImageHeader(solidJpeg(8, 4, [1, 2, 3]), LIMITS), { format: 'jpeg', width: 8 });
  t.match(readImageHeader(solidPng(8, 4, [1, 2, 3]), LIMITS), { format: 'png', width: 8 });
});

t.test('as many pixels as the limit and not one more', async (t) => {
  for (const [name, make] of Object.entries({
    jpeg: (width: number, height: number) => makeJpeg(frame({ width, height }), scan()),
    png: (width: number, height: number) => makePng({ width, height }),
  })) {
    const limits = { maxPixels: 600 };
    t.match(readImageHeader(make(30, 20), limits), { width: 30, height: 20 }, name);
    t.throws(() => readImageHeader(make(601, 1), limits), { code: 'image_too_large' }, name);
    t.throws(() => readImageHeader(make(1, 601), limits), { code: 'image_too_large' }, name);
  }
  const vast = makePng({ width: 0xffff_ffff, height: 0xffff_ffff });
  t.throws(() => readImageHeader(vast, LIMITS), { code: 'image_too_large' });
});

t.test('an image has pixels', async (t) => {
  for (const bytes of [
    makePng({ width: 0 }),
    makePng({ height: 0 }),
    jpegWithScans(1, { width: 0 }),
    jpegWithScans(1, { height: 0 }),
  ]) {
    t.throws(() => readImageHeader(bytes, LIMITS), { code: 'undecodable_image' });
  }
});

t.test('100 scans and not 101', async (t) => {
  t.equal(MAX_SCANS, 100);
  t.match(readImageHeader(jpegWithScans(100), LIMITS), { scans: 100 });
  t.throws(() => readImageHeader(jpegWithScans(101), LIMITS), { code: 'image_too_complex' });
  t.throws(() => readImageHeader(jpegWithScans(5000), LIMITS), { code: 'image_too_complex' });
});

t.test('400 megapixel-scans and not one pixel more', async (t) => {
  t.equal(MAX_MEGAPIXEL_SCANS, 400);
  const exactly = jpegWithScans(100, { width: 2000, height: 2000 });
  const over = jpegWithScans(100, { width: 2001, height: 2000 });
  t.match(readImageHeader(exactly, LIMITS), { scans: 100 });
  t.throws(() => readImageHeader(over, LIMITS), { code: 'image_too_complex' });
  t.throws(() => readImageHeader(over, { maxPixels: 100 }), { code: 'image_too_large' });
});

t.test('what is no image is not decoded', async (t) => {
  for (const [name, bytes] of Object.entries({
    'a start of a GIF': Buffer.from('GIF89a\x01\0\x01', 'latin1'),
    'a WebP without a picture': Buffer.from('RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0', 'latin1'),
    'a BMP of two bytes': Buffer.from('BM'),
    text: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    nothing: Buffer.alloc(0),
    'one byte': Buffer.of(0xff),
    'one byte of a PNG': Buffer.of(0x89),
  })) {
    t.throws(() => readImageHeader(bytes, LIMITS), { code: 'undecodable_image' }, name);
  }
});

const ERRORS = [UndecodableImageError, ImageTooLargeError, ImageTooComplexError];

/** Whether the bytes give a header that keeps the limits, or one of the three errors. */
function isAnswered(bytes: Buffer): boolean {
  try {
    const { width, height, orientation, scans } = readImageHeader(bytes, LIMITS);
    const pixels = width * height;
    const isSmall = pixels > 0 && pixels <= LIMITS.maxPixels && scans <= MAX_SCANS;
    return isSmall && orientation >= 1 && orientation <= 8;
  } catch (error) {
    return ERRORS.some((kind) => error instanceof kind);
  }
}

const REAL = {
  jpeg: solidJpeg(24, 16, [200, 100, 50]),
  'jpeg with EXIF': makeJpeg(exifSegment(makeTiff(6)), frame(), scan(), scan()),
  png: solidPng(24, 16, [200, 100, 50], { exif: makeTiff(6) }),
  ...Object.fromEntries(REAL_IMAGES.map(({ name, bytes }) => [name, bytes])),
};

for (const [name, real] of Object.entries(REAL)) {
  t.test(`a ${name} cut anywhere and changed anywhere is answered`, async (t) => {
    const change = fc.tuple(fc.nat(real.length - 1), fc.nat(255));
    // Most runs keep the whole file, so that the changes decide.
    const length = fc.oneof(fc.constant(real.length), fc.nat(real.length));
    fc.assert(
      fc.property(length, fc.array(change, { maxLength: 12 }), (cut, changes) => {
        const bytes = Buffer.from(real);
        for (const [at, value] of changes) bytes[at] = value;
        return isAnswered(bytes.subarray(0, cut));
      }),
      { numRuns: 1000 },
    );
    t.pass('1000 files');
  });

  t.test(`a ${name} of which one byte is each value in turn is answered`, async (t) => {
    const bytes = Buffer.from(real);
    let wrong = 0;
    for (let at = 0; at < Math.min(real.length, 200); at++) {
      for (let value = 0; value < 256; value++) {
        bytes[at] = value;
        if (!isAnswered(bytes)) wrong++;
      }
      bytes[at] = Number(real[at]);
    }
    t.equal(wrong, 0);
  });
}

t.test('any bytes are answered', async (t) => {
  const starts = ['', 'ffd8', 'ffd8ff', '89504e470d0a1a0a', '89504e470d0a1a0a0000000d49484452'];
  const bytes = fc
    .tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }))
    .map(([start, rest]) => Buffer.concat([Buffer.from(start, 'hex'), rest]));
  fc.assert(fc.property(bytes, isAnswered), { numRuns: 1000 });
  t.pass('1000 texts');
});
