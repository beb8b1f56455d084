import t from 'tap';
import { readAv1Frames } from '../../../src/decode/header/av1-frames.js';
import { readAvifHeader } from '../../../src/decode/header/read-avif-header.js';
import { makeAvif, sequenceHeader, unit } from '../../helpers/make-avif.js';
import { REAL_IMAGES } from '../../helpers/real-images.js';

const refused = { code: 'undecodable_image' };
const costly = { code: 'image_too_complex' };

const FRAME = unit(6, Buffer.alloc(5));
/** AV1 data of one frame. */
const picture = (width: number, height: number, frames = 1) =>
  Buffer.concat([
    unit(2, Buffer.alloc(0)),
    sequenceHeader(width, height),
    ...Array(frames).fill(FRAME),
  ]);

t.test('the size of a frame is read from its sequence header', async (t) => {
  for (const [width, height] of [
    [1, 1],
    [16, 12],
    [17, 4096],
    [65536, 65536],
  ] as const) {
    const frames = readAv1Frames(Buffer.concat([sequenceHeader(width, height), FRAME]));
    t.same(frames, { maxPixels: width * height, count: 1 }, `${width}x${height}`);
    for (const isLong of [false, true]) {
      const options = { isReduced: false, isLong };
      const { maxPixels } = readAv1Frames(sequenceHeader(width, height, options));
      // A frame may say its own size, of as many bits.
      const bound = (side: number) => 2 ** Math.max(1, Math.ceil(Math.log2(side)));
      t.equal(maxPixels, bound(width) * bound(height), `${width}x${height}, ${isLong}`);
    }
  }
});

t.test('all frames and all sequence headers count', async (t) => {
  const frames = [FRAME, unit(3, Buffer.alloc(3)), unit(4, Buffer.alloc(200)), FRAME];
  const data = Buffer.concat([sequenceHeader(9, 9), ...frames, sequenceHeader(100, 50)]);
  t.same(readAv1Frames(data), { maxPixels: 5000, count: 3 });
  // The last unit may have no size.
  const bare = Buffer.concat([sequenceHeader(9, 9), Buffer.of(6 << 3, 1, 2, 3)]);
  t.same(readAv1Frames(bare), { maxPixels: 81, count: 1 });
});

t.test('AV1 data that is broken', async (t) => {
  const whole = sequenceHeader(1000, 1000);
  for (const data of [
    Buffer.alloc(0),
    FRAME,
    whole.subarray(0, -1),
    Buffer.of(0x0a, 1, 0),
    Buffer.of(0x0a, ...Array(9).fill(0x80)),
  ]) {
    t.throws(() => readAv1Frames(data), refused, data.toString('hex', 0, 12));
  }
});

t.test('turns and mirrors are an orientation', async (t) => {
  const of = (quarterTurns?: number, mirror?: number) => {
    const traits = {
      ...(quarterTurns === undefined ? {} : { quarterTurns }),
      ...(mirror === undefined ? {} : { mirror }),
    };
    return readAvifHeader(makeAvif({ items: [{ data: picture(16, 12), ...traits }] })).orientation;
  };
  t.same([of(), of(0), of(1), of(2), of(3)], [1, 1, 8, 3, 6]);
  t.same([of(undefined, 0), of(0, 1)], [4, 2], 'top and bottom, left and right');
  t.same([of(1, 0), of(3, 0), of(1, 1), of(3, 1)], [5, 7, 7, 5]);
  t.same([of(2, 0), of(2, 1)], [2, 4]);
});

t.test('no AV1 data costs much more than the picture', async (t) => {
  const side = 2048;
  const file = (...items: Parameters<typeof makeAvif>[0]['items']) =>
    makeAvif({ items: items.map((item) => ({ width: side, height: side, ...item })) });
  const whole = { data: picture(side, side) };
  t.match(readAvifHeader(file(whole)), { format: 'avif', width: side, height: side });
  t.match(readAvifHeader(file(whole, whole, whole, whole)), { width: side });
  t.throws(() => readAvifHeader(file(whole, whole, whole, whole, whole)), costly, 'five pictures');
  t.throws(() => readAvifHeader(file({ data: picture(16384, 16384) })), costly, 'a hidden size');
  t.throws(() => readAvifHeader(file(whole, { data: picture(16384, 16384) })), costly, 'in alpha');
  t.match(readAvifHeader(file({ data: picture(side, side, 4) })), { width: side }, 'four frames');
  t.throws(() => readAvifHeader(file({ data: picture(side, side, 5) })), costly, 'five frames');
  const tiny = makeAvif({ items: [{ data: picture(1024, 1024), width: 1, height: 1 }] });
  t.match(readAvifHeader(tiny), { width: 1 }, 'a megapixel is no matter');
  const more = makeAvif({ items: [{ data: picture(1025, 1024), width: 1, height: 1 }] });
  t.throws(() => readAvifHeader(more), costly);
  const exif = { type: 'Exif', data: Buffer.alloc(50) };
  t.match(readAvifHeader(file(whole, exif)), { width: side }, 'what is no picture is not walked');
});

t.test('boxes that are broken', async (t) => {
  const whole = makeAvif({ items: [{ data: picture(16, 12) }] });
  for (const type of ['meta', 'pitm', 'iinf', 'iloc', 'iprp', 'ispe']) {
    const without = Buffer.from(whole);
    without.write('free', whole.indexOf(type), 'latin1');
    t.throws(() => readAvifHeader(without), refused, `no ${type}`);
  }
  const iloc = whole.indexOf('iloc') + 4 + 4 + 2 + 2;
  const lengthAt = iloc + 2 + 2 + 2 + 4;
  const long = Buffer.from(whole);
  long.writeUInt32BE(0x7fff_ffff, lengthAt);
  t.throws(() => readAvifHeader(long), refused, 'an item beyond the file');
  const other = Buffer.from(whole);
  other.writeUInt16BE(7, whole.indexOf('pitm') + 8);
  t.throws(() => readAvifHeader(other), refused, 'no primary item');
  const real = REAL_IMAGES.find(({ name }) => name === 'avif')?.bytes ?? Buffer.alloc(0);
  for (let length = 12; length < real.length; length++) {
    t.throws(() => readAvifHeader(real.subarray(0, length)), refused, `${length} bytes`);
  }
});

t.test(
  'as many boxes, units, pieces and properties as are allowed, and not one more',
  async (t) => {
    const data = picture(16, 12);
    const whole = makeAvif({ items: [{ data }] });
    const withBoxes = (count: number) =>
      Buffer.concat([whole, ...Array<Buffer>(count).fill(Buffer.from('\0\0\0\x08free', 'latin1'))]);
    // The file has three boxes already.
    t.match(readAvifHeader(withBoxes(3997)), { width: 16 });
    t.throws(() => readAvifHeader(withBoxes(3998)), { ...refused, message: 'too many boxes' });
    const empty = unit(2, Buffer.alloc(0));
    const withUnits = (count: number) =>
      readAv1Frames(Buffer.concat([sequenceHeader(16, 12), ...Array<Buffer>(count).fill(empty)]));
    t.match(withUnits(999), { count: 0 });
    t.throws(() => withUnits(1000), { ...refused, message: 'too many units' });
    for (const [options, message] of [
      [{ extents: 64 }, 'too many pieces'],
      [{ sizes: 255 }, 'too many properties'],
    ] as const) {
      const withItems = (count: number) =>
        readAvifHeader(
          makeAvif({ items: Array.from({ length: count }, () => ({ data, ...options })) }),
        );
      t.match(withItems(64), { width: 16 }, message);
      t.throws(() => withItems(65), { ...refused, message });
    }
  },
);
