import t from 'tap';
import { decodeWithJpegJs } from '../../../src/decode/cpu/decode-with-jpeg-js.js';
import { readImageHeader } from '../../../src/decode/header/read-image-header.js';
import { comment, EOI, solidJpeg } from '../../helpers/make-jpeg.js';

function decode(bytes: Buffer): Uint8Array {
  const header = readImageHeader(bytes, { maxPixels: 1e6 });
  const raster = new Uint8Array(header.width * header.height * 3);
  decodeWithJpegJs(bytes, header, raster);
  return raster;
}

t.test('a JPEG comes out as its own pixels', async (t) => {
  const [red, green, blue] = decode(solidJpeg(16, 8, [200, 100, 50]));
  for (const [value, expected] of [
    [red, 200],
    [green, 100],
    [blue, 50],
  ]) {
    t.ok(Math.abs(Number(value) - Number(expected)) <= 3);
  }
});

t.test('it finds no marker that the header walk did not count', async (t) => {
  const open = solidJpeg(16, 8, [200, 100, 50]).subarray(0, -2);
  // For jpeg-js the bytes after the restart marker are a damaged APP1 that ends inside the comment.
  const damaged = Buffer.of(0xff, 0xd0, 0x00, 0xe1, 0x00, 0x06);
  const bytes = Buffer.concat([open, damaged, comment(EOI), EOI]);
  t.match(readImageHeader(bytes, { maxPixels: 1e6 }), { scans: 1 });
  t.throws(() => decode(bytes), /second unknown JPEG marker/);
});
