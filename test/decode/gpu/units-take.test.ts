import { readFileSync } from 'node:fs';
import t from 'tap';
import { UNIT_LIMITS, unitsTake } from '../../../src/decode/gpu/units-take.js';
import { readImageHeader } from '../../../src/decode/header/read-image-header.js';
import * as jpeg from '../../helpers/make-jpeg.js';
import { solidPng } from '../../helpers/make-png.js';
import { withShortBand } from '../../helpers/real-jpegs.js';

const INPUT = { width: 224, height: 224, resize: 'squash' } as const;

function taken(bytes: Buffer, input: { width: number; height: number } = INPUT): boolean {
  const header = readImageHeader(bytes, { maxPixels: 268_435_456 });
  return unitsTake(bytes, header, { ...input, resize: 'squash' });
}

interface FrameParts {
  readonly code?: number;
  readonly luma?: number;
  readonly chroma?: number;
  readonly names?: readonly number[];
  readonly width?: number;
  readonly height?: number;
}

/** A frame header of three components. */
function frame(parts: FrameParts = {}): Buffer {
  const { code, luma = 0x22, chroma = 0x11, names = [1, 2, 3], width = 32, height = 16 } = parts;
  const bytes = jpeg.frame({ width, height, ...(code === undefined ? {} : { code }) });
  for (const [i, name] of names.entries()) {
    bytes.set([name, i === 0 ? luma : chroma], 10 + 3 * i);
  }
  return bytes;
}

function adobe(transform: number): Buffer {
  const payload = Buffer.concat([Buffer.from('Adobe'), Buffer.of(0, 100, 0, 0, 0, 0, transform)]);
  return jpeg.segment(0xee, payload);
}

t.test('the units take what cameras and encoders write most', async (t) => {
  t.ok(taken(readFileSync('images/1.jpg')));
  t.ok(taken(jpeg.solidJpeg(8, 8, [1, 2, 3])));
  for (const luma of [0x11, 0x21, 0x22]) {
    t.ok(taken(jpeg.makeJpeg(frame({ luma }), jpeg.scan())), luma.toString(16));
  }
  const parts = [jpeg.comment(Buffer.alloc(9)), Buffer.of(0xff), jpeg.restartInterval(4)];
  t.ok(taken(jpeg.makeJpeg(...parts, frame(), jpeg.scan())), 'comments, fill bytes, restarts');
  t.ok(taken(jpeg.makeJpeg(adobe(1), frame(), jpeg.scan())), 'Adobe’s YCbCr');
});

t.test('everything else goes to the native decoder, from the header', async (t) => {
  const images: Record<string, Buffer> = {
    png: solidPng(8, 8, [1, 2, 3]),
    extended: jpeg.makeJpeg(frame({ code: 0xc1 }), jpeg.scan()),
    progressive: jpeg.makeJpeg(frame({ code: 0xc2 }), jpeg.scan()),
    'several scans': jpeg.makeJpeg(frame(), jpeg.scan(), jpeg.scan()),
    grey: jpeg.makeJpeg(jpeg.frame({ components: 1 }), jpeg.scan()),
    cmyk: jpeg.makeJpeg(jpeg.frame({ components: 4 }), jpeg.scan()),
    '4:4:0': jpeg.makeJpeg(frame({ luma: 0x12 }), jpeg.scan()),
    '4:1:1': jpeg.makeJpeg(frame({ luma: 0x41 }), jpeg.scan()),
    'odd chroma': jpeg.makeJpeg(frame({ chroma: 0x21 }), jpeg.scan()),
    'components R, G, B': jpeg.makeJpeg(frame({ names: [82, 71, 66] }), jpeg.scan()),
    'Adobe’s RGB': jpeg.makeJpeg(adobe(0), frame(), jpeg.scan()),
    'no coefficients named': withShortBand(jpeg.makeJpeg(frame(), jpeg.scan())),
    'bytes before a marker': jpeg.makeJpeg(Buffer.of(0), frame(), jpeg.scan()),
    'trailing bytes': Buffer.concat([jpeg.makeJpeg(frame(), jpeg.scan()), Buffer.of(0)]),
  };
  for (const [name, bytes] of Object.entries(images)) t.notOk(taken(bytes), name);
});

t.test('an image and a model’s input must fit in the room of a batch', async (t) => {
  const width = 4096;
  const rows = UNIT_LIMITS.rasterBytes / 3 / width;
  const high = (height: number) => jpeg.makeJpeg(frame({ width, height }), jpeg.scan());
  t.ok(taken(high(Math.floor(rows))));
  t.notOk(taken(high(Math.floor(rows) + 1)));
  const image = jpeg.makeJpeg(frame(), jpeg.scan());
  const columns = Math.floor(UNIT_LIMITS.pixelBytes / 3 / 1024);
  t.ok(taken(image, { width: columns, height: 1024 }));
  t.notOk(taken(image, { width: columns + 1, height: 1024 }));
});
