import fc from 'fast-check';
import t from 'tap';
import type { ImageHeader } from '../../../src/decode/header/image-header.js';
import {
  completeHeader,
  readJpegHeader,
  walkJpegHeader,
} from '../../../src/decode/header/read-jpeg-header.js';
import { walkAtOnce } from '../../../src/decode/header/walk.js';
import {
  comment,
  ENTROPY,
  frame,
  makeJpeg,
  quantTable,
  SOI,
  scan,
  segment,
} from '../../helpers/make-jpeg.js';

/** A scan of these components and its data. */
function scanOf(...names: readonly number[]): Buffer {
  const header = [names.length, ...names.flatMap((name) => [name, 0]), 0, 63, 0];
  return Buffer.concat([segment(0xda, Buffer.from(header)), ENTROPY]);
}

const WHOLE = scanOf(1, 2, 3);
const refused = { code: 'undecodable_image' };

const walkToScan = (bytes: Buffer) => walkAtOnce(walkJpegHeader(bytes, 100, 'scan'));

t.test('the walk ends at a scan after which no other can come', async (t) => {
  for (const code of [0xc0, 0xc1]) {
    const bytes = makeJpeg(quantTable(), frame({ code }), WHOLE);
    const header = walkToScan(bytes);
    const complete = readJpegHeader(bytes, 100);
    t.same(header, { ...complete, endsAtScan: true });
    t.same(completeHeader(bytes, header), complete);
  }
  const grey = makeJpeg(frame({ components: 1 }), scanOf(1));
  t.match(walkToScan(grey), { colour: 'grey', endsAtScan: true });
});

t.test('the walk goes on to the end', async (t) => {
  const scans = [scanOf(1), scanOf(2), scanOf(3)];
  for (const [name, bytes, count] of [
    ['components in scans of their own', makeJpeg(frame(), ...scans), 3],
    ['progressive', makeJpeg(frame({ code: 0xc2 }), WHOLE, WHOLE), 2],
    ['something to leave out', makeJpeg(comment(ENTROPY), Buffer.of(0), frame(), WHOLE), 1],
  ] as const) {
    t.match(walkToScan(bytes), { scans: count, endsAtScan: false }, name);
    t.same(walkToScan(bytes), readJpegHeader(bytes, 100), name);
  }
});

t.test(
  'what is wrong before the scan is refused at once, and the rest when it is decoded',
  async (t) => {
    t.throws(() => walkToScan(makeJpeg(WHOLE)), refused, 'a scan before its frame');
    for (const [name, bytes] of [
      ['cut off', Buffer.concat([SOI, frame(), WHOLE])],
      ['a second scan', makeJpeg(frame(), WHOLE, scan())],
      ['a second frame', makeJpeg(frame(), WHOLE, frame())],
      ['an unknown marker', makeJpeg(frame(), WHOLE, Buffer.of(0xff, 0xf0, 0, 2))],
    ] as const) {
      const header = walkToScan(bytes);
      t.match(header, { scans: 1, endsAtScan: true }, name);
      t.throws(() => completeHeader(bytes, header), refused, name);
    }
  },
);

t.test('both walks together find what one walk finds', async (t) => {
  const piece = fc.constantFrom(
    ...[comment(ENTROPY), scan(), WHOLE, frame(), quantTable(), Buffer.of(0), Buffer.of(0xff)],
    ...[Buffer.of(0xff, 0xd9), Buffer.of(0xda, 0), Buffer.of(0xff, 0xe1, 0, 4)],
  );
  const code = fc.constantFrom(0xc0, 0xc1, 0xc2);
  const file = fc
    .tuple(fc.array(piece, { maxLength: 3 }), code, fc.array(piece, { maxLength: 5 }))
    .map(([before, code, after]) => makeJpeg(...before, frame({ code }), ...after));
  let ended = 0;
  const found = (read: () => ImageHeader) => {
    try {
      return read();
    } catch {
      return 'refused';
    }
  };
  fc.assert(
    fc.property(file, (bytes) => {
      const atOnce = found(() => readJpegHeader(bytes, 100));
      const inTwo = found(() => {
        const header = walkToScan(bytes);
        if (header.endsAtScan) ended++;
        return completeHeader(bytes, header);
      });
      // Decoders refuse, or ignore, a scan after one of all components.
      if (inTwo === 'refused' && atOnce !== 'refused') return atOnce.scans > 1;
      t.same(inTwo, atOnce);
      return true;
    }),
    { numRuns: 5000 },
  );
  t.ok(ended > 100, `${ended} walks ended at the scan`);
});
