import t from 'tap';
import {
  readExifOrientation,
  readTiffOrientation,
} from '../../../src/decode/header/read-exif-orientation.js';
import { exifPayload, makeTiff } from '../../helpers/make-exif.js';

for (const order of ['II', 'MM'] as const) {
  t.test(`each orientation, byte order ${order}`, async (t) => {
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const tiff = makeTiff(orientation, { order });
      t.equal(readTiffOrientation(tiff), orientation);
      t.equal(readExifOrientation(exifPayload(tiff)), orientation);
      const long = makeTiff(orientation, { order, type: 4 });
      t.equal(readTiffOrientation(long), orientation, 'as a LONG');
    }
  });

  t.test(`what is broken says nothing, byte order ${order}`, async (t) => {
    for (const orientation of [0, 9, 0x0600, 0xffff]) {
      t.equal(readTiffOrientation(makeTiff(orientation, { order })), undefined, `${orientation}`);
    }
    const broken = {
      'another tag': { tag: 0x0113 },
      'of bytes': { type: 1 },
      'of rationals': { type: 5 },
      'no entries': { entries: 0 },
      'a directory that begins at the end': { directory: 38 },
      'a directory far outside': { directory: 0xffff_ffff },
    };
    for (const [name, options] of Object.entries(broken)) {
      t.equal(readTiffOrientation(makeTiff(6, { order, ...options })), undefined, name);
    }
  });

  t.test(`cut off anywhere before the end of the entry, byte order ${order}`, async (t) => {
    const tiff = makeTiff(6, { order });
    for (let length = 0; length < 34; length++) {
      t.equal(readTiffOrientation(tiff.subarray(0, length)), undefined, `${length} bytes`);
    }
    t.equal(readTiffOrientation(tiff.subarray(0, 34)), 6, 'the entry is whole');
  });
}

t.test('more entries than bytes ends at the bytes', async (t) => {
  t.equal(readTiffOrientation(makeTiff(6, { entries: 0xffff })), 6, 'found before');
  t.equal(readTiffOrientation(makeTiff(6, { entries: 0xffff, tag: 1 })), undefined);
});

t.test('the byte order mark is II or MM', async (t) => {
  for (const mark of ['IM', 'MI', 'ii', '\0\0']) {
    const tiff = makeTiff(6);
    tiff.write(mark, 0, 'latin1');
    t.equal(readTiffOrientation(tiff), undefined, mark);
  }
});

t.test('an APP1 that does not begin with Exif is something else', async (t) => {
  const payload = exifPayload(makeTiff(6));
  t.equal(readExifOrientation(payload.subarray(1)), undefined);
  t.equal(readExifOrientation(Buffer.from('http://ns.adobe.com/xap/1.0/\0')), undefined);
  t.equal(readExifOrientation(Buffer.from('Exif\0\0')), undefined);
  t.equal(readExifOrientation(Buffer.alloc(0)), undefined);
});
