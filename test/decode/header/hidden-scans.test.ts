import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { joinParts } from '../../../src/decode/header/file-parts.js';
import { readJpegHeader } from '../../../src/decode/header/read-jpeg-header.js';
import {
  comment,
  ENTROPY,
  EOI,
  frame,
  huffmanTable,
  makeJpeg,
  quantTable,
  restartInterval,
  scan,
  segment,
} from '../../helpers/make-jpeg.js';

// Each of these made at least one decoder work through scans, or allocate a frame, that the walk had not
// counted: a file of some kilobytes cost seconds. The walk sees `VISIBLE` and must not pass over `HIDDEN`.

const VISIBLE = [quantTable(), huffmanTable(), frame({ code: 0xc2 }), scan()];
const HIDDEN = Buffer.concat(Array.from({ length: 500 }, () => scan()));
const refused = { code: 'undecodable_image' };

const read = (...parts: Uint8Array[]) => readJpegHeader(makeJpeg(...VISIBLE, ...parts), 100);
/** A marker and a length that, if it is one, ends `more` bytes on. */
const jump = (code: number, more: number) =>
  Buffer.of(0xff, code, (more + 2) >> 8, (more + 2) & 0xff);

t.test('what is in plain view is counted', async (t) => {
  t.match(read(), { scans: 1 });
  t.match(read(HIDDEN), { scans: 101 });
  const between = [restartInterval(4), huffmanTable(), quantTable(), comment(HIDDEN), scan()];
  t.match(read(...between), { scans: 2 });
});

t.test('a marker that is not known', async (t) => {
  const known = [0xc0, 0xc1, 0xc2, 0xc4, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xfe];
  for (let code = 1; code < 0xff; code++) {
    if (known.includes(code) || (code >= 0xe0 && code <= 0xef)) continue;
    const name = code.toString(16);
    // libjpeg-turbo looks on behind the marker where a restart marker is due, though it has a length.
    const isRestart = code >= 0xd0 && code <= 0xd7;
    const inside = isRestart ? [] : [scan(), jump(code, HIDDEN.length)];
    if (!isRestart) t.throws(() => read(...inside, HIDDEN), refused, `${name} inside a scan`);
    // The image crate goes by the length where the others find none, so it does not see the EOI.
    const after = [comment(ENTROPY), jump(code, EOI.length), EOI];
    t.throws(() => read(...after, HIDDEN), refused, `${name} after a segment`);
  }
});

t.test('a length that is longer than what stands in the segment', async (t) => {
  for (const [name, code, payload] of [
    ['a scan header', 0xda, Buffer.of(1, 1, 0, 1, 63, 0)],
    ['a restart interval', 0xdd, Buffer.of(0, 0)],
    ['a number of lines', 0xdc, Buffer.of(0, 16)],
  ] as const) {
    const length = payload.length + 2;
    t.match(read(segment(code, payload), scan()), { width: 32 }, `${name} of its length`);
    for (const more of [1, HIDDEN.length]) {
      const long = segment(code, payload, length + more);
      t.throws(() => read(long, HIDDEN), refused, `${name} and ${more} bytes`);
    }
    t.throws(() => read(segment(code, payload.subarray(1), length - 1)), refused, 'a short one');
  }
});

t.test('tables that are longer than their segment', async (t) => {
  const quant = segment(0xdb, Buffer.alloc(63));
  t.throws(() => read(quant, EOI, HIDDEN), refused);
  // jpeg-js takes the FF D9 for 255 codes of 16 bits and the first of their values.
  const huffman = segment(0xc4, Buffer.concat([Buffer.of(0, 1), Buffer.alloc(14)]));
  t.throws(() => read(huffman, EOI, Buffer.alloc(254), HIDDEN), refused);
});

t.test('a marker that begins with the last byte of a segment', async (t) => {
  const last = comment(Buffer.of(0x41, 0xff));
  t.throws(() => read(last, scan().subarray(1)), refused, 'a scan');
  t.match(read(last, scan()), { scans: 2 }, 'the byte itself is no harm');
  const hidden = frame({ width: 9000 }).subarray(1);
  t.same(decoded(makeJpeg(...VISIBLE, last, hidden)), makeJpeg(...VISIBLE, last), 'a frame');
});

/** What decoders get. */
function decoded(bytes: Buffer): Buffer {
  return joinParts(bytes, readJpegHeader(bytes, 100).parts);
}

t.test('bytes after a segment that are no marker do not reach a decoder', async (t) => {
  for (const hex of ['00', '0000', '00e1000400', 'ff00', 'ffff00', 'd9', 'ff00ffff0012']) {
    const junk = Buffer.from(hex, 'hex');
    const clean = [comment(ENTROPY), scan()];
    const file = makeJpeg(...VISIBLE, comment(ENTROPY), junk, scan());
    t.match(readJpegHeader(file, 100), { scans: 2 }, hex);
    t.same(decoded(file), makeJpeg(...VISIBLE, ...clean), hex);
    t.same(decoded(makeJpeg(junk, ...VISIBLE)), makeJpeg(...VISIBLE), `${hex} after SOI`);
    const twice = makeJpeg(junk, comment(ENTROPY), junk, ...VISIBLE);
    t.same(decoded(Buffer.concat([twice, HIDDEN])), makeJpeg(comment(ENTROPY), ...VISIBLE));
  }
  t.same(decoded(makeJpeg(...VISIBLE)), makeJpeg(...VISIBLE), 'without any, the file as it is');
  // What stands there as a marker is one, as for libjpeg.
  for (const marker of ['ff01', 'ffd0', 'fff0', 'ffd8']) {
    const between = Buffer.from(`00${marker}`, 'hex');
    t.throws(() => read(comment(ENTROPY), between, HIDDEN), refused, marker);
  }
  t.match(read(comment(ENTROPY), Buffer.of(0), HIDDEN), { scans: 101 }, 'scans are counted');
});

t.test('in what decoders get, the walk finds the same, and nothing to leave out', async (t) => {
  const piece = fc.constantFrom(
    ...[comment(ENTROPY), scan(), frame(), quantTable(), huffmanTable(), restartInterval(2)],
    ...[
      Buffer.of(0),
      Buffer.of(0xff),
      Buffer.of(0xff, 0),
      Buffer.of(0xda, 0),
      Buffer.of(0xff, 0xd9),
    ],
    Buffer.of(0xff, 0xe1, 0, 4),
  );
  const junk = fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes));
  const file = fc
    .array(fc.oneof(piece, junk), { maxLength: 8 })
    .map((pieces) => makeJpeg(...pieces.slice(0, 2), ...VISIBLE, ...pieces.slice(2)));
  let left = 0;
  fc.assert(
    fc.property(file, (bytes) => {
      let header: ReturnType<typeof readJpegHeader>;
      try {
        header = readJpegHeader(bytes, 100);
      } catch {
        return true;
      }
      if (header.parts) left++;
      const { parts, ...again } = readJpegHeader(joinParts(bytes, header.parts), 100);
      return parts === undefined && isDeepStrictEqual({ ...header, parts }, { ...again, parts });
    }),
    { numRuns: 20_000 },
  );
  t.ok(left > 100, `${left} files of which something was left out`);
});

t.test('a stuffed byte after fill bytes in entropy-coded data', async (t) => {
  t.throws(() => read(Buffer.of(0xff, 0xff, 0x00), HIDDEN), refused);
});

t.test('a scan has 1 to 4 components, each once', async (t) => {
  const header = (names: number[], last = 63) =>
    segment(0xda, Buffer.of(names.length, ...names.flatMap((name) => [name, 0]), 0, last, 0));
  for (const names of [[1], [1, 2], [3, 1, 2], [1, 2, 3, 4]]) {
    t.match(read(header(names)), { scans: 2 }, `${names}`);
  }
  const many = Array.from({ length: 255 }, (_, i) => i);
  for (const names of [[], [1, 1], [1, 2, 3, 1], [1, 2, 3, 4, 5], many]) {
    t.throws(() => read(header(names)), refused, `${names}`);
  }
  t.throws(() => read(header([1], 64)), refused, 'coefficient 64');
});

t.test('8 tables in a segment and not 9', async (t) => {
  const huffman = huffmanTable().subarray(4);
  const narrow = Buffer.alloc(65);
  const wide = Buffer.alloc(129, Buffer.of(0x10, ...Array(128).fill(1)));
  for (const [code, table] of [
    [0xc4, huffman],
    [0xdb, narrow],
    [0xdb, wide],
  ] as const) {
    const tables = (count: number) => segment(code, Buffer.concat(Array(count).fill(table)));
    t.match(read(tables(8)), { scans: 1 });
    t.throws(() => read(tables(9)), refused);
  }
});

t.test('an APP0 of four bytes, of which the image crate reads five', async (t) => {
  for (const length of [0, 1, 2, 3, 5, 14]) {
    t.match(read(segment(0xe0, Buffer.alloc(length)), scan()), { scans: 2 }, `${length} bytes`);
  }
  t.throws(() => read(segment(0xe0, Buffer.alloc(4)), EOI, HIDDEN), refused);
});
