import t from 'tap';
import { formatOf } from '../../../src/decode/header/image-format.js';
import { joinParts } from '../../../src/decode/header/file-parts.js';
import { readPngHeader } from '../../../src/decode/header/read-png-header.js';
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
  t.match(readPngHeader(makePng()), header);
  t.match(readPngHeader(solidPng(32, 16, [9, 99, 199])), header);
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

/** What decoders get. */
function decoded(bytes: Buffer): Buffer {
  return joinParts(bytes, readPngHeader(bytes).parts);
}

t.test('decoders get the chunks that a picture needs', async (t) => {
  const palette = chunk('PLTE', Buffer.alloc(6));
  const transparency = chunk('tRNS', Buffer.of(1, 2));
  const needed = [ihdr(), palette, transparency, chunk('IDAT', Buffer.of(1)), chunk('IDAT')];
  const whole = pngOf(...needed, chunk('IEND'));
  t.same(decoded(whole), whole);
  const others = ['gAMA', 'iCCP', 'tEXt', 'zTXt', 'iTXt', 'eXIf', 'acTL', 'fdAT', 'prVt'].map(
    (type) => chunk(type, Buffer.alloc(30)),
  );
  const chunks = needed.flatMap((one) => [one, ...others]);
  t.same(decoded(pngOf(...chunks, chunk('IEND'), ...others)), whole, 'and no others');
  const unknown = chunk('ABCD', Buffer.of(1));
  const odd = pngOf(ihdr(), unknown, chunk('IDAT'), chunk('IEND'));
  t.same(decoded(odd), odd, 'one that no decoder may pass over');
});

t.test('a file without its IEND gets one', async (t) => {
  const whole = makePng();
  for (let missing = 1; missing <= 12; missing++) {
    t.same(decoded(whole.subarray(0, -missing)), whole, `${missing} bytes missing`);
  }
  const text = chunk('tEXt', Buffer.alloc(40));
  const open = whole.subarray(0, -12);
  t.same(decoded(Buffer.concat([open, text.subarray(0, -9)])), whole, 'cut off in a text');
  // A picture that was cut off stays cut off, whatever follows.
  const cut = open.subarray(0, -1);
  t.same(decoded(cut), Buffer.concat([cut, chunk('IEND')]));
});

t.test('50,000 chunks and not one more', async (t) => {
  const [empty, rest] = [chunk('tEXt'), [chunk('IDAT'), chunk('IEND')]];
  const file = (texts: number) => pngOf(ihdr(), ...Array<Buffer>(texts).fill(empty), ...rest);
  t.match(readPngHeader(file(49_997)), { width: 32 });
  t.throws(() => readPngHeader(file(49_998)), { ...refused, message: 'too many chunks' });
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

const isPng = (bytes: Buffer) => formatOf(bytes) === 'png';

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
