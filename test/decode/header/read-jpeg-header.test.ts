import t from 'tap';
import { joinParts } from '../../../src/decode/header/file-parts.js';
import { readJpegHeader, walkJpegHeader } from '../../../src/decode/header/read-jpeg-header.js';
import { PAUSE_BYTES } from '../../../src/decode/header/walk.js';
import { makeTiff } from '../../helpers/make-exif.js';
import {
  comment,
  ENTROPY,
  EOI,
  exifSegment,
  frame,
  makeJpeg,
  quantTable,
  SOI,
  scan,
  segment,
  solidJpeg,
} from '../../helpers/make-jpeg.js';

const read = (bytes: Buffer) => readJpegHeader(bytes, 100);
const refused = { code: 'undecodable_image' };

t.test('a plain JPEG', async (t) => {
  const header = {
    format: 'jpeg',
    width: 32,
    height: 16,
    orientation: 1,
    colour: 'rgb',
    bitDepth: 8,
    scans: 1,
    endsAtScan: false,
  };
  t.same(read(makeJpeg(quantTable(), frame(), quantTable(), scan())), header);
  t.same(read(solidJpeg(32, 16, [9, 99, 199])), header, 'one that an encoder made');
});

t.test('baseline, extended and progressive frames are read and no others', async (t) => {
  for (const code of [0xc0, 0xc1, 0xc2]) {
    t.match(read(makeJpeg(frame({ code }), scan())), { width: 32, height: 16 }, code.toString(16));
  }
  for (const code of [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((low) => 0xc0 + low)) {
    t.throws(() => read(makeJpeg(frame({ code }), scan())), refused, code.toString(16));
  }
});

t.test('samples have 8 bits', async (t) => {
  for (const precision of [0, 7, 9, 12, 16]) {
    t.throws(() => read(makeJpeg(frame({ precision }), scan())), refused, `${precision} bits`);
  }
});

t.test('1, 3 and 4 components are grey, rgb and cmyk', async (t) => {
  const colours = { 1: 'grey', 3: 'rgb', 4: 'cmyk' };
  for (const [components, colour] of Object.entries(colours)) {
    t.match(read(makeJpeg(frame({ components: Number(components) }), scan())), { colour });
  }
  for (const components of [0, 2, 5]) {
    t.throws(() => read(makeJpeg(frame({ components }), scan())), refused, `${components}`);
  }
});

t.test('the frame header has the length that its components take', async (t) => {
  const payload = frame().subarray(4);
  for (const wrong of [
    payload.subarray(0, 5),
    payload.subarray(0, 14),
    Buffer.concat([payload, SOI]),
  ]) {
    t.throws(() => read(makeJpeg(segment(0xc0, wrong), scan())), refused, `${wrong.length} bytes`);
  }
});

t.test('one frame, then scans, and no second image inside', async (t) => {
  t.throws(() => read(makeJpeg(frame(), frame(), scan())), { ...refused, message: 'two frames' });
  t.throws(() => read(makeJpeg(frame(), scan(), frame())), { ...refused, message: 'two frames' });
  t.throws(() => read(makeJpeg(scan(), frame())), { ...refused, message: /before its frame/ });
  t.throws(() => read(makeJpeg(frame())), { ...refused, message: 'no scan' });
  t.throws(() => read(makeJpeg(quantTable())), { ...refused, message: 'no scan' });
  t.throws(() => read(makeJpeg(frame(), SOI, scan())), { ...refused, message: /SOI inside/ });
  t.throws(() => read(makeJpeg(frame(), scan(), SOI)), { ...refused, message: /SOI inside/ });
});

t.test('a segment that is cut off is refused, wherever the cut is', async (t) => {
  const head = Buffer.concat([SOI, frame()]);
  const table = quantTable();
  for (let length = 2; length < table.length; length++) {
    const bytes = Buffer.concat([head, table.subarray(0, length)]);
    t.throws(() => read(bytes), { ...refused, message: /cut off/ }, `${length} bytes of it`);
  }
});

t.test('a segment shorter than its own length is refused', async (t) => {
  for (const length of [0, 1]) {
    const broken = segment(0xe0, Buffer.alloc(8), length);
    t.throws(() => read(makeJpeg(broken, frame(), scan())), refused, `length ${length}`);
  }
  const empty = segment(0xfe, Buffer.alloc(0));
  t.match(read(makeJpeg(empty, frame(), scan())), { scans: 1 }, 'length 2 is an empty one');
});

t.test('fill bytes may stand before any marker', async (t) => {
  const fill = Buffer.of(0xff, 0xff, 0xff);
  const restart = Buffer.concat([ENTROPY, fill, Buffer.of(0xff, 0xd0), ENTROPY]);
  const parts = [fill, comment(ENTROPY), fill, frame(), fill, scan(restart), fill, scan(), fill];
  t.match(read(makeJpeg(...parts)), { width: 32, scans: 2 });
});

t.test('restart markers and stuffed bytes belong to the scan around them', async (t) => {
  const restarts = Buffer.from(Array.from({ length: 8 }, (_, i) => [0xff, 0xd0 + i, i]).flat());
  const stuffed = Buffer.of(0xff, 0x00, 0xc0, 0xff, 0x00, 0xd8);
  const entropy = Buffer.concat([ENTROPY, restarts, stuffed]);
  t.match(read(makeJpeg(frame(), scan(entropy), quantTable(), scan(entropy))), { scans: 2 });
});

t.test('what follows EOI does not count', async (t) => {
  const second = makeJpeg(frame({ code: 0xc3, width: 9 }), scan(), scan());
  const bytes = Buffer.concat([makeJpeg(frame(), scan()), second]);
  t.match(read(bytes), { width: 32, scans: 1 });
});

t.test('a file that ends without EOI was cut off', async (t) => {
  const open = Buffer.concat([SOI, frame(), scan()]);
  t.match(read(Buffer.concat([open, EOI])), { scans: 1 });
  for (const end of [Buffer.of(), Buffer.of(0xff), Buffer.of(0xff, 0xff)]) {
    const cut = Buffer.concat([open, end]);
    t.throws(() => read(cut), { ...refused, message: 'no EOI' }, end.toString('hex'));
  }
});

t.test('counting stops one above the most scans', async (t) => {
  const scans = Array.from({ length: 9 }, () => scan());
  t.match(readJpegHeader(makeJpeg(frame(), ...scans), 3), { scans: 4 });
  // What would be refused is not reached.
  t.match(readJpegHeader(makeJpeg(frame(), ...scans, frame()), 3), { scans: 4 });
});

t.test('the first EXIF that says an orientation counts', async (t) => {
  const exif = (orientation: number) => exifSegment(makeTiff(orientation));
  const xmp = segment(0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0'));
  t.match(read(makeJpeg(exif(6), exif(3), frame(), scan())), { orientation: 6 });
  t.match(read(makeJpeg(xmp, exif(8), frame(), scan())), { orientation: 8 });
  t.match(read(makeJpeg(exif(9), frame(), scan())), { orientation: 1 });
  t.match(read(makeJpeg(frame(), exif(5), scan())), { orientation: 5 }, 'after the frame');
});

t.test('what does not begin with SOI is no JPEG', async (t) => {
  const bytes = makeJpeg(frame(), scan());
  for (const other of [SOI, bytes.subarray(0, 3), bytes.subarray(1), Buffer.alloc(0)]) {
    t.throws(() => read(other), { ...refused, message: 'no SOI' });
  }
});

t.test('components that share a name get names of their own', async (t) => {
  const named = (names: readonly number[], code = 0xc0) => {
    const bytes = frame({ code, components: names.length });
    for (const [i, name] of names.entries()) bytes.writeUInt8(name, 10 + 3 * i);
    return bytes;
  };
  const scanOf = (names: readonly number[]) =>
    segment(0xda, Buffer.of(names.length, ...names.flatMap((name) => [name, 0x11]), 0, 63, 0));
  const file = (frameNames: readonly number[], scanNames: readonly number[]) =>
    makeJpeg(named(frameNames), scanOf(scanNames), ENTROPY);
  for (const [frameNames, scanNames, renamed] of [
    [
      [0, 0, 0],
      [0, 0, 0],
      [1, 2, 3],
    ],
    [
      [7, 7, 9],
      [7, 7, 9],
      [1, 2, 3],
    ],
    [
      [7, 9, 9],
      [9, 7, 9],
      [2, 1, 3],
    ],
    [[7, 7, 9], [7], [1]],
    [
      [5, 5, 5, 5],
      [5, 5, 5, 5],
      [1, 2, 3, 4],
    ],
  ] as const) {
    const bytes = file(frameNames, scanNames);
    const count = frameNames.length;
    const expected = file([1, 2, 3, 4].slice(0, count), renamed);
    t.same(joinParts(bytes, read(bytes).parts), expected, `${frameNames} and ${scanNames}`);
  }
  for (const [frameNames, scanNames] of [
    [[7, 7, 9], [8]],
    [
      [7, 7, 9],
      [7, 7, 7],
    ],
    [[7, 7, 9], []],
    [
      [1, 2, 3],
      [1, 1],
    ],
  ] as const) {
    t.throws(() => read(file(frameNames, scanNames)), refused, `${frameNames} and ${scanNames}`);
  }
  t.equal(read(file([1, 2, 3], [1, 2, 3])).parts, undefined, 'usual names stay');
});

t.test('what is skipped between segments is bounded', async (t) => {
  const noMarkers = (count: number) => Buffer.alloc(2 * count, Buffer.of(0xff, 0));
  const file = (between: Buffer) => makeJpeg(frame(), comment(ENTROPY), between, scan());
  t.match(read(file(noMarkers(10_000))), { scans: 1 });
  t.throws(() => read(file(noMarkers(10_001))), { ...refused, message: /no marker/ });
  const fill = (count: number) => Buffer.alloc(count, 0xff);
  t.match(read(file(fill(1024 * 1024))), { scans: 1 });
  t.throws(() => read(file(fill(1024 * 1024 + 1))), { ...refused, message: /fill bytes/ });
});

t.test('a walk pauses, and finds the same', async (t) => {
  const restarts = Buffer.alloc(PAUSE_BYTES, Buffer.of(0xff, 0xd0));
  const stuffed = Buffer.alloc(PAUSE_BYTES, Buffer.of(0xff, 0x00, 1, 1));
  for (const [name, file] of [
    ['in a scan', makeJpeg(frame(), scan(Buffer.concat(Array(8).fill(restarts))))],
    [
      'whatever the scan is made of',
      makeJpeg(frame(), scan(Buffer.concat([ENTROPY, ...Array(8).fill(stuffed)]))),
    ],
    [
      'between segments',
      makeJpeg(frame(), ...Array(8).fill(comment(Buffer.alloc(65_000))), scan()),
    ],
  ] as const) {
    const walk = walkJpegHeader(file, 100);
    let pauses = 0;
    let step = walk.next();
    for (; !step.done; step = walk.next()) pauses++;
    t.ok(pauses >= 4 && pauses <= 9, `${name}: ${pauses} pauses`);
    t.match(step.value, { width: 32, scans: 1 });
  }
});
