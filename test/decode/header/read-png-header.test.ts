import t from 'tap';
import { isPng, readPngHeader } from '../../../src/decode/header/read-png-header.js';
import { makeTiff } from '../../helpers/make-exif.js';
import { chunk, ihdr, makePng, PNG_SIGNATURE, pngOf, solidPng } from '../../helpers/make-png.js';

const refused = { code: 'undecodable_image' };
const LEGAL: Record<number, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

t.test('a plain PNG', async (t) => {
  const header = {
    format: 'png',
    width: 32,
    height: 16,
    orientation: 1,
    colour: 'rgb',
    bitDepth: 8,
    scans: 1,
  };
  t.same(readPngHeader(makePng()), header);
  t.same(readPngHeader(solidPng(32, 16, [9, 99, 199])), header);
});

t.test('each colour type takes its bit depths and no others', async (t) => {
  for (let colourType = 0; colourType < 9; colourType++) {
    for (let bitDepth = 0; bitDepth <= 17; bitDepth++) {
      const bytes = makePng({ colourType, bitDepth });
      const name = `colour type ${colourType}, ${bitDepth} bits`;
      if (LEGAL[colourType]?.includes(bitDepth)) {
        const colour = colourType === 0 || colourType === 4 ? 'grey' : 'rgb';
        t.match(readPngHeader(bytes), { colour, bitDepth }, name);
      } else {
        t.throws(() => readPngHeader(bytes), { ...refused, message: 'illegal IHDR' }, name);
      }
    }
  }
});

t.test('the methods are those of the specification', async (t) => {
  t.match(readPngHeader(makePng({ interlace: 1 })), { scans: 1 }, 'Adam7 is no scan more');
  for (const illegal of [{ compression: 1 }, { filter: 1 }, { interlace: 2 }]) {
    t.throws(() => readPngHeader(makePng(illegal)), { ...refused, message: 'illegal IHDR' });
  }
});

t.test('sizes use all 32 bits', async (t) => {
  const size = { width: 0xffff_ffff, height: 0x8000_0000 };
  t.match(readPngHeader(makePng(size)), size);
});

t.test('an eXIf before the pixels turns the picture', async (t) => {
  for (const order of ['II', 'MM'] as const) {
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const bytes = makePng({ exif: makeTiff(orientation, { order }) });
      t.match(readPngHeader(bytes), { orientation }, `${orientation}, ${order}`);
    }
  }
  t.match(readPngHeader(makePng({ exif: makeTiff(9) })), { orientation: 1 }, 'a broken one');
  t.match(readPngHeader(makePng({ exif: Buffer.alloc(0) })), { orientation: 1 }, 'an empty one');
  const late = pngOf(ihdr(), chunk('IDAT'), chunk('eXIf', makeTiff(6)), chunk('IEND'));
  t.match(readPngHeader(late), { orientation: 1 }, 'one after the pixels');
});

t.test('other chunks are passed over', async (t) => {
  const bytes = pngOf(ihdr(), chunk('gAMA', Buffer.alloc(4)), chunk('tEXt'), chunk('IDAT'));
  t.match(readPngHeader(bytes), { width: 32 });
});

t.test('the first chunk is IHDR, of 13 bytes', async (t) => {
  const why = { ...refused, message: 'no IHDR' };
  t.throws(() => readPngHeader(pngOf(chunk('gAMA'), ihdr(), chunk('IDAT'))), why);
  t.throws(() => readPngHeader(pngOf(chunk('IDAT'))), why);
  t.throws(() => readPngHeader(pngOf(chunk('IHDR', Buffer.alloc(12)), chunk('IDAT'))), why);
  t.throws(() => readPngHeader(pngOf(chunk('IHDR', Buffer.alloc(14)), chunk('IDAT'))), why);
  t.throws(() => readPngHeader(pngOf(ihdr().subarray(0, 20))), why, 'cut off in it');
});

t.test('there are pixels', async (t) => {
  const why = { ...refused, message: 'no IDAT' };
  t.throws(() => readPngHeader(pngOf(ihdr(), chunk('IEND'))), why);
  t.throws(() => readPngHeader(pngOf()), why);
  const long = chunk('tEXt', Buffer.alloc(40));
  long.writeUInt32BE(0xffff_ffff, 0);
  t.throws(() => readPngHeader(pngOf(ihdr(), long, chunk('IDAT'))), why, 'a chunk without end');
});

t.test('told apart by the whole signature', async (t) => {
  t.equal(isPng(makePng()), true);
  t.equal(isPng(PNG_SIGNATURE.subarray(0, 7)), false);
  t.equal(isPng(Buffer.alloc(0)), false);
  for (let i = 0; i < 8; i++) {
    const bytes = makePng();
    bytes.writeUInt8(bytes.readUInt8(i) ^ 1, i);
    t.equal(isPng(bytes), false, `byte ${i}`);
  }
});
