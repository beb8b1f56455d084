import t from 'tap';
import { decodeBytes } from '../../../src/decode/cpu/decode-bytes.js';
import type { ImageHeader } from '../../../src/decode/header/image-header.js';

const SIDE = 4990;
const MIB = 1024 * 1024;
const PHOTO = {
  format: 'jpeg',
  width: SIDE,
  height: SIDE,
  orientation: 1,
  colour: 'rgb',
  bitDepth: 8,
  scans: 1,
} as const;

/** By how many MiB a decode thread grew at most while it decoded an image of 25 megapixels. */
const MEASURED: Record<string, [Partial<ImageHeader>, number]> = {
  'a JPEG': [{}, 75],
  'a grey JPEG': [{ colour: 'grey' }, 76],
  'a progressive JPEG with half of the colour samples': [{ scans: 10 }, 143],
  'a CMYK JPEG': [{ colour: 'cmyk' }, 166],
  'a grey PNG': [{ format: 'png', colour: 'grey' }, 128],
  'a grey PNG of 16 bits': [{ format: 'png', colour: 'grey', bitDepth: 16 }, 219],
  'a PNG with alpha': [{ format: 'png' }, 268],
  'a PNG of 16 bits with alpha': [{ format: 'png', bitDepth: 16 }, 652],
  'a WebP with alpha': [{ format: 'webp' }, 272],
  'a GIF': [{ format: 'gif' }, 99],
  'a BMP with a palette': [{ format: 'bmp' }, 223],
  'a TIFF': [{ format: 'tiff' }, 215],
  'a grey TIFF of 16 bits': [{ format: 'tiff', colour: 'grey', bitDepth: 16 }, 215],
  'an AVIF of 8 bits with half of the colour samples': [{ format: 'avif' }, 364],
};

t.test('no format takes much more than it is expected to', async (t) => {
  for (const [name, [header, mib]] of Object.entries(MEASURED)) {
    const expected = decodeBytes({ ...PHOTO, ...header }, 0, 'native') / MIB;
    t.ok(expected > 0.9 * mib && expected < 3 * mib, `${name}: ${expected} for ${mib}`);
  }
  t.ok(decodeBytes(PHOTO, 0, 'jpeg-js') / MIB > 0.9 * 540, 'jpeg-js');
  t.ok(decodeBytes({ ...PHOTO, colour: 'cmyk' }, 0, 'jpeg-js') / MIB > 0.9 * 1110, 'jpeg-js, CMYK');
});

t.test('a file counts if it is copied', async (t) => {
  const without = decodeBytes(PHOTO, 1000, 'native');
  t.equal(decodeBytes({ ...PHOTO, parts: [] }, 1000, 'native'), without + 1000);
});
