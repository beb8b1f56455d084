import t from 'tap';
import type { DecoderName } from '../../../src/decode/cpu/load-raster-decoder.js';
import { DecodePool } from '../../../src/decode/decode-pool.js';
import { readImageHeader } from '../../../src/decode/header/read-image-header.js';
import { openTurboJpeg } from '../../../src/native/turbojpeg.js';
import { solidJpeg } from '../../helpers/make-jpeg.js';
import { solidPng } from '../../helpers/make-png.js';

const NATIVE = ['libturbojpeg.so', '@julusian/jpeg-turbo', '@napi-rs/image'];

const INPUT = { width: 4, height: 4, resize: 'squash' } as const;

/** Which native decoders this process holds, in any of its threads. */
function loadedLibraries(): string[] {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
  const paths = sharedObjects.map((path) => path.replaceAll('\\', '/'));
  return NATIVE.filter((name) => paths.some((path) => path.includes(`/${name}`)));
}

/** The first value of the image, and the libraries that decoding it took which were not there before. */
async function decode(decoder: DecoderName, image: Buffer) {
  const before = loadedLibraries();
  const pool = new DecodePool(1, { decoder });
  const header = readImageHeader(image, { maxPixels: 1e6 });
  try {
    const pixels = await pool.decode(Uint8Array.from(image), header, INPUT, () => true);
    return {
      value: Number(pixels?.[0]),
      libraries: loadedLibraries().filter((name) => !before.includes(name)),
    };
  } finally {
    await pool.close();
  }
}

t.test('each decoder loads its own library and no other', async (t) => {
  t.same(loadedLibraries(), []);
  const jpeg = solidJpeg(8, 8, [90, 90, 90]);
  const png = solidPng(8, 8, [90, 90, 90]);
  const shared = openTurboJpeg() ? 'libturbojpeg.so' : undefined;
  // A library of a package may stay when its thread ends.
  const fallback = ['@julusian/jpeg-turbo', '@napi-rs/image'];
  for (const [decoder, image, expected] of [
    ['jpeg-js', jpeg, []],
    ...(shared ? [['native', jpeg, []] as const] : []),
    ['native-fallback', jpeg, fallback],
    ['jpeg-js', png, []],
  ] as const) {
    const { value, libraries } = await decode(decoder, image);
    t.ok(Math.abs(value - 90) <= 2);
    t.same(libraries, expected, decoder);
  }
});
