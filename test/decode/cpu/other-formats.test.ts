import { createHash } from 'node:crypto';
import t from 'tap';
import { loadRasterDecoder } from '../../../src/decode/cpu/load-raster-decoder.js';
import type { Colour } from '../../../src/decode/cpu/raster-decoder.js';
import { joinParts } from '../../../src/decode/header/file-parts.js';
import { IMAGE_FORMATS } from '../../../src/decode/header/image-format.js';
import { readImageHeader } from '../../../src/decode/header/read-image-header.js';
import { makeGif } from '../../helpers/make-gif.js';
import { solidPng } from '../../helpers/make-png.js';
import { REAL_IMAGES } from '../../helpers/real-images.js';

async function rasterOf(bytes: Buffer, background?: Colour): Promise<Uint8Array> {
  const header = readImageHeader(bytes, { maxPixels: 1e6, formats: IMAGE_FORMATS });
  const raster = new Uint8Array(header.width * header.height * 3);
  const decode = await loadRasterDecoder('native', header);
  decode(joinParts(bytes, header.parts), header, raster, background);
  return raster;
}

function real(name: string): Buffer {
  const found = REAL_IMAGES.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found.bytes;
}

for (const { name, bytes, pillow } of REAL_IMAGES.filter(({ name }) => !name.startsWith('avif'))) {
  t.test(`${name}: the raster is that of Pillow`, async (t) => {
    const raster = await rasterOf(bytes);
    t.equal(createHash('sha256').update(raster).digest('hex'), pillow);
  });
}

t.test('an AVIF is near to the picture', async (t) => {
  const [picture, raster] = [await rasterOf(real('bmp')), await rasterOf(real('avif'))];
  const sum = raster.reduce((total, value, i) => total + Math.abs(value - Number(picture[i])), 0);
  t.ok(sum / raster.length < 15, `${sum / raster.length} of 255`);
});

t.test('what is cut off or broken is no picture', async (t) => {
  // Of an animation the first frame is whole before the file is.
  for (const { name, bytes } of REAL_IMAGES.filter(({ name }) => !name.includes('animated'))) {
    for (const share of [0.3, 0.6, 0.9]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      await t.rejects(rasterOf(cut), `${name}, ${share} of it`);
    }
  }
});

const RED = [255, 0, 0] as const;
const BLUE = [0, 0, 255] as const;

t.test('a GIF whose frame leaves a part of the canvas', async (t) => {
  const gif = (transparent?: number) =>
    makeGif({
      screen: [4, 3],
      frame: [1, 1, 2, 1],
      colours: [...RED, ...BLUE, 9, 9, 9, 7, 7, 7],
      indices: [1, 2],
      ...(transparent === undefined ? {} : { transparent }),
    });
  const rows = (raster: Uint8Array) =>
    [0, 1, 2].map((row) => Array.from({ length: 4 }, (_, i) => raster[(row * 4 + i) * 3]));
  t.same(rows(await rasterOf(gif())), [
    [255, 255, 255, 255],
    [255, 0, 9, 255],
    [255, 255, 255, 255],
  ]);
  t.same(rows(await rasterOf(gif(3))), [
    [7, 7, 7, 7],
    [7, 0, 9, 7],
    [7, 7, 7, 7],
  ]);
  t.same(rows(await rasterOf(gif(2), [50, 60, 70])), [
    [50, 50, 50, 50],
    [50, 0, 50, 50],
    [50, 50, 50, 50],
  ]);
});

t.test('a frame that leaves the screen makes the canvas larger', async (t) => {
  const bytes = makeGif({
    screen: [1, 1],
    frame: [2, 0, 2, 2],
    colours: [1, 1, 1, 2, 2, 2],
    indices: [1, 0, 0, 1],
  });
  t.match(readImageHeader(bytes, { maxPixels: 100 }), { width: 4, height: 2 });
  const raster = await rasterOf(bytes);
  t.same(
    raster.filter((_, i) => i % 3 === 0),
    [1, 1, 2, 1, 1, 1, 1, 2],
  );
});

t.test('a GIF without colours is grey', async (t) => {
  const bytes = makeGif({ screen: [2, 1], frame: [0, 0, 2, 1], indices: [200, 3] });
  t.same(await rasterOf(bytes), Uint8Array.of(200, 200, 200, 3, 3, 3));
});

t.test('LZW data of any length, interlaced or not', async (t) => {
  for (const [width, height] of [
    [1, 1],
    [1, 9],
    [7, 1],
    [100, 83],
  ] as const) {
    for (const isInterlaced of [false, true]) {
      const indices = Array.from({ length: width * height }, (_, i) => (i * i) % 251);
      const frame = [0, 0, width, height] as const;
      const bytes = makeGif({ screen: [width, height], frame, indices, isInterlaced });
      const raster = await rasterOf(bytes);
      t.same(
        [...raster.filter((_, i) => i % 3 === 0)],
        indices,
        `${width}x${height}, ${isInterlaced}`,
      );
    }
  }
});

t.test('alpha is dropped, or laid over a colour as Pillow pastes', async (t) => {
  const png = solidPng(2, 1, [200, 100, 50, 64], { channels: 4 });
  t.same((await rasterOf(png)).subarray(0, 3), [200, 100, 50]);
  // Pillow 13: Image.new("RGB", size, (10, 20, 30)).paste(image, mask=image)
  t.same((await rasterOf(png, [10, 20, 30])).subarray(0, 3), [58, 40, 35]);
  const grey = solidPng(1, 1, [200, 0], { channels: 2 });
  t.same(await rasterOf(grey, [1, 2, 3]), [1, 2, 3]);
  const wide = solidPng(1, 1, [200, 100, 50, 255], { channels: 4, bitDepth: 16 });
  t.same(await rasterOf(wide, [1, 2, 3]), [200, 100, 50]);
  t.same(await rasterOf(solidPng(1, 1, [9, 8, 7]), [1, 2, 3]), [9, 8, 7], 'none to lay');
});
