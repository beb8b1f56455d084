import t from 'tap';
import { IMAGE_FORMATS } from '../../../src/decode/header/image-format.js';
import { readImageHeader } from '../../../src/decode/header/read-image-header.js';
import { exifPayload, makeTiff } from '../../helpers/make-exif.js';
import { makeGif } from '../../helpers/make-gif.js';
import { REAL_IMAGES } from '../../helpers/real-images.js';

const refused = { code: 'undecodable_image' };
const read = (bytes: Buffer, maxPixels = 1e6) =>
  readImageHeader(bytes, { maxPixels, formats: IMAGE_FORMATS });

/** A copy with some bytes replaced. */
function patched(bytes: Buffer, at: number, ...values: readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(values, at);
  return copy;
}

function real(name: string): Buffer {
  const found = REAL_IMAGES.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found.bytes;
}

for (const { name, bytes } of REAL_IMAGES) {
  t.test(`the size of: ${name}`, async (t) => {
    const format = name.split(',')[0];
    t.match(read(bytes), { format, width: 16, height: 12, orientation: 1, scans: 1 });
    t.match(read(bytes, 192), { width: 16 });
    t.throws(() => read(bytes, 191), { code: 'image_too_large' });
  });
}

t.test('a format that is left out is not accepted, whatever is wrong with the file', async (t) => {
  for (const { name, bytes } of REAL_IMAGES) {
    const format = name.split(',')[0];
    const formats = IMAGE_FORMATS.filter((other) => other !== format);
    const why = { code: 'unsupported_media_type', name: 'FormatNotAcceptedError' };
    for (const file of [bytes, bytes.subarray(0, 16)]) {
      t.throws(() => readImageHeader(file, { maxPixels: 1e6, formats }), why, name);
    }
  }
  for (const name of ['avif', 'tiff, LZW']) {
    const byDefault = () => readImageHeader(real(name), { maxPixels: 1e6 });
    t.throws(byDefault, { code: 'unsupported_media_type' }, name);
  }
});

/** A chunk of a RIFF file. */
function riffChunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

function webp(...chunks: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from('WEBP', 'latin1'), ...chunks]);
  const head = Buffer.from('RIFF\0\0\0\0', 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

function canvas(width: number, height: number): Buffer {
  const data = Buffer.alloc(10);
  data.writeUIntLE(width - 1, 4, 3);
  data.writeUIntLE(height - 1, 7, 3);
  return riffChunk('VP8X', data);
}

function lossy(width: number, height: number): Buffer {
  const data = Buffer.from([0, 0, 0, 0x9d, 0x01, 0x2a, 0, 0, 0, 0]);
  data.writeUInt16LE(width, 6);
  data.writeUInt16LE(height, 8);
  return riffChunk('VP8 ', data);
}

function lossless(width: number, height: number): Buffer {
  const data = Buffer.from([0x2f, 0, 0, 0, 0]);
  data.writeUInt32LE((width - 1) | ((height - 1) << 14), 1);
  return riffChunk('VP8L', data);
}

function animationFrame(place: readonly [number, number, number, number], picture: Buffer): Buffer {
  const [left, top, width, height] = place;
  const data = Buffer.alloc(16);
  data.writeUIntLE(left / 2, 0, 3);
  data.writeUIntLE(top / 2, 3, 3);
  data.writeUIntLE(width - 1, 6, 3);
  data.writeUIntLE(height - 1, 9, 3);
  return riffChunk('ANMF', Buffer.concat([data, picture]));
}

t.test('no picture of a WebP is larger than it says', async (t) => {
  for (const picture of [lossy, lossless]) {
    t.match(read(webp(picture(30, 20))), { format: 'webp', width: 30, height: 20 });
    t.match(read(webp(canvas(30, 20), picture(30, 20))), { width: 30, height: 20 });
    t.throws(() => read(webp(canvas(30, 20), picture(31, 20))), refused);
    t.throws(() => read(webp(picture(30, 20), picture(9000, 9000))), refused, 'a second picture');
    const frame = animationFrame([4, 2, 20, 10], picture(20, 10));
    t.match(read(webp(canvas(30, 20), frame)), { width: 30, height: 20 });
    const hidden = animationFrame([4, 2, 20, 10], picture(9000, 9000));
    t.throws(() => read(webp(canvas(30, 20), hidden)), refused, 'inside of a frame');
    t.throws(() => read(webp(canvas(23, 20), frame)), refused, 'a frame outside');
    t.throws(() => read(webp(canvas(30, 11), frame)), refused, 'a frame outside');
  }
  t.match(read(webp(canvas(1, 1), lossless(1, 1))), { width: 1 });
  for (const file of [webp(), webp(canvas(30, 20)), webp(riffChunk('VP8 ', Buffer.alloc(10)))]) {
    t.throws(() => read(file), refused);
  }
  t.throws(() => read(webp(riffChunk('VP8L', Buffer.from([0x2e, 0, 0, 0, 0])))), refused);
  const vast = webp(canvas(2 ** 24, 2 ** 24), lossy(1, 1));
  t.throws(() => read(vast), refused);
});

t.test('the EXIF of a WebP turns the picture', async (t) => {
  for (const exif of [makeTiff(6), exifPayload(makeTiff(6))]) {
    const file = webp(canvas(30, 20), lossy(30, 20), riffChunk('EXIF', exif));
    t.match(read(file), { orientation: 6 });
  }
});

t.test('20,000 chunks of a WebP and not one more, wherever they are', async (t) => {
  const empty = (count: number) => Array<Buffer>(count).fill(riffChunk('XMP ', Buffer.alloc(0)));
  t.match(read(webp(canvas(3, 3), lossy(3, 3), ...empty(19_998))), { width: 3 });
  t.throws(() => read(webp(canvas(3, 3), lossy(3, 3), ...empty(19_999))), refused);
  const frame = animationFrame([0, 0, 3, 3], Buffer.concat([lossy(3, 3), ...empty(9997)]));
  t.match(read(webp(canvas(3, 3), frame, frame, ...empty(1))), { width: 3 });
  t.throws(() => read(webp(canvas(3, 3), frame, frame, ...empty(2))), refused);
});

t.test('100,000 blocks of a GIF before its frame and not one more', async (t) => {
  const bytes = makeGif({ screen: [2, 2], frame: [0, 0, 2, 2], indices: [0, 0, 0, 0] });
  const frameAt = bytes.indexOf(0x2c);
  for (const [name, first, block, last] of [
    ['blocks of one comment', [0x21, 0xfe], [1, 65], [0]],
    ['comments', [], [0x21, 0xfe, 0], []],
  ] as const) {
    const file = (blocks: number) =>
      Buffer.concat([
        bytes.subarray(0, frameAt),
        Buffer.from(first),
        Buffer.alloc(blocks * block.length, Buffer.from(block)),
        Buffer.from(last),
        bytes.subarray(frameAt),
      ]);
    // The block that ends a comment counts too.
    const most = 100_000 - last.length;
    t.match(read(file(most)), { width: 2 }, name);
    t.throws(() => read(file(most + 1)), { ...refused, message: 'too many blocks' }, name);
  }
});

t.test('the canvas of a GIF holds its first frame', async (t) => {
  const gif = (screen: [number, number], frame: [number, number, number, number]) =>
    makeGif({ screen, frame, indices: Array(frame[2] * frame[3]).fill(0) });
  t.match(read(gif([9, 7], [0, 0, 2, 2])), { format: 'gif', width: 9, height: 7 });
  t.match(read(gif([9, 7], [8, 6, 5, 5])), { width: 13, height: 11 });
  t.throws(() => read(gif([65535, 65535], [0, 0, 1, 1])), { code: 'image_too_large' });
  t.throws(() => read(gif([1, 1], [65000, 65000, 1, 1])), { code: 'image_too_large' });
  t.throws(() => read(gif([9, 9], [0, 0, 0, 5])), refused, 'a frame without pixels');
  const bytes = gif([9, 9], [0, 0, 2, 2]);
  const codeBits = bytes.indexOf(0x2c) + 10;
  for (const bits of [0, 9, 255]) t.throws(() => read(patched(bytes, codeBits, bits)), refused);
  const frameAt = bytes.indexOf(0x2c);
  t.throws(() => read(patched(bytes, frameAt, 0x3b)), refused, 'the end before a frame');
  const comment = Buffer.from([0x21, 0xfe, 2, 65, 65, 1, 65, 0]);
  const withComment = Buffer.concat([bytes.subarray(0, frameAt), comment, bytes.subarray(frameAt)]);
  t.match(read(withComment), { width: 9 });
});

t.test('the sizes and kinds of a BMP', async (t) => {
  const bmp = real('bmp');
  const withHeight = (height: number) => {
    const copy = Buffer.from(bmp);
    copy.writeInt32LE(height, 22);
    return copy;
  };
  t.match(read(withHeight(-12)), { width: 16, height: 12 }, 'rows from the top');
  t.throws(() => read(withHeight(0)), refused);
  t.throws(() => read(withHeight(-70_000)), { code: 'image_too_large' });
  t.throws(() => read(withHeight(-(2 ** 31))), { code: 'image_too_large' });
  t.throws(() => read(patched(bmp, 18, 0, 0, 0, 0)), refused, 'no width');
  t.throws(() => read(patched(bmp, 21, 0x80)), refused, 'a negative width');
  for (const bitCount of [0, 3, 64]) t.throws(() => read(patched(bmp, 28, bitCount)), refused);
  for (const compression of [0, 1, 2, 3, 6])
    t.match(read(patched(bmp, 30, compression)), { width: 16 });
  // A JPEG or a PNG inside has a size of its own.
  for (const compression of [4, 5, 11])
    t.throws(() => read(patched(bmp, 30, compression)), refused);
  for (const headerBytes of [0, 13, 39, 125]) {
    t.throws(() => read(patched(bmp, 14, headerBytes)), refused, `a header of ${headerBytes}`);
  }
  const end = 14 + bmp.readUInt32LE(14);
  t.match(read(patched(bmp, 10, end, 0, 0, 0)), { width: 16 }, 'pixels right after the header');
  for (const offset of [0, end - 1])
    t.throws(() => read(patched(bmp, 10, offset, 0, 0, 0)), refused, `pixels at ${offset}`);
  const core = Buffer.from('BM'.padEnd(26, '\0'), 'latin1');
  core.writeUInt32LE(26, 10);
  core.writeUInt32LE(12, 14);
  for (const [at, value] of [
    [18, 5],
    [20, 7],
    [22, 1],
    [24, 24],
  ] as const)
    core.writeUInt16LE(value, at);
  t.match(read(core), { width: 5, height: 7 }, 'of OS/2');
});

/** A TIFF with one directory; values of more than four bytes lie behind it. */
function tiff(
  tags: Readonly<Record<number, number | readonly number[]>>,
  order: 'II' | 'MM' = 'II',
): Buffer {
  const entries = Object.entries(tags);
  const bytes = Buffer.alloc(8 + 2 + entries.length * 12 + 4 + entries.length * 64);
  const uint16 = (value: number, at: number) =>
    order === 'II' ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const uint32 = (value: number, at: number) =>
    order === 'II' ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  bytes.write(order, 'latin1');
  uint16(42, 2);
  uint32(8, 4);
  uint16(entries.length, 8);
  let free = 8 + 2 + entries.length * 12 + 4;
  for (const [i, [tag, value]] of entries.entries()) {
    const at = 10 + i * 12;
    const values = typeof value === 'number' ? [value] : value;
    uint16(Number(tag), at);
    uint16(4, at + 2);
    uint32(values.length, at + 4);
    if (values.length === 1) uint32(Number(values[0]), at + 8);
    else {
      uint32(free, at + 8);
      for (const one of values) {
        uint32(one, free);
        free += 4;
      }
    }
  }
  return bytes;
}

const PAGE = { 256: 30, 257: 20, 258: [8, 8, 8], 259: 1, 262: 2, 277: 3 };

t.test('the directory of a TIFF', async (t) => {
  for (const order of ['II', 'MM'] as const) {
    t.match(read(tiff(PAGE, order)), { format: 'tiff', width: 30, height: 20, bitDepth: 8 });
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      t.match(read(tiff({ ...PAGE, 274: orientation }, order)), { orientation });
    }
  }
  t.match(read(tiff({ ...PAGE, 274: 9 })), { orientation: 1 });
  t.match(
    read(tiff({ 256: 3, 257: 2 })),
    { colour: 'grey', bitDepth: 1 },
    'as fax machines write it',
  );
  t.match(read(tiff({ ...PAGE, 262: 5, 258: [8, 8, 8, 8], 277: 4 })), { colour: 'cmyk' });
  t.throws(() => read(tiff({ ...PAGE, 256: 70_000 })), { code: 'image_too_large' });
  t.throws(() => read(tiff({ ...PAGE, 256: 2 ** 31, 257: 2 ** 31 })), { code: 'image_too_large' });
});

t.test('what of a TIFF is not decoded', async (t) => {
  for (const [name, tags] of Object.entries({
    'without a width': { 257: 20 },
    'a JPEG inside': { ...PAGE, 259: 7 },
    'an old JPEG inside': { ...PAGE, 259: 6 },
    'unknown compression': { ...PAGE, 259: 50001 },
    'a palette': { ...PAGE, 262: 3 },
    YCbCr: { ...PAGE, 262: 6 },
    '32 bits': { ...PAGE, 258: [32, 32, 32] },
    'samples of several sizes': { ...PAGE, 258: [8, 8, 16] },
    'five samples': { ...PAGE, 277: 5 },
    'tiles beyond the image': { ...PAGE, 322: 1025, 323: 1024 },
    'strips that share their bytes': { ...PAGE, 279: [300, 300] },
    'tiles that share their bytes': { ...PAGE, 325: [300, 300] },
  })) {
    t.throws(() => read(tiff(tags)), refused, name);
  }
  t.match(read(tiff({ ...PAGE, 322: 1024, 323: 1024 })), { width: 30 }, 'tiles of the usual size');
  const twice = tiff({ ...PAGE, 274: 6 });
  const lastEntry = 10 + 6 * 12;
  t.throws(() => read(patched(twice, lastEntry, 0, 1)), refused, 'a tag that stands twice');
  t.throws(() => read(patched(tiff(PAGE), 4, 0xff, 0xff)), refused, 'a directory outside');
  const many = Buffer.concat([tiff({ ...PAGE, 279: 1 }), Buffer.alloc(300_000)]);
  const countAt = 10 + 6 * 12 + 4;
  // Their lengths are the zeros at the end.
  const zerosAt = [0, 16, 0, 0];
  const strips = (...count: number[]) => read(patched(many, countAt, ...count, ...zerosAt));
  t.match(strips(0, 0, 1, 0), { width: 30 }, '65,536 strips');
  t.match(strips(0x68, 0x11, 1, 0), { width: 30 }, '70,000 values of all tags');
  t.throws(() => strips(0x69, 0x11, 1, 0), { ...refused, message: 'too many values' });
  const withTags = (count: number) =>
    Buffer.concat([patched(tiff(PAGE), 8, count & 0xff, count >> 8), Buffer.alloc(120_000)]);
  t.match(read(withTags(10_000)), { width: 30 });
  t.throws(() => read(withTags(10_001)), { ...refused, message: 'too many tags' });
});
