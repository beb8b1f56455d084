import t from 'tap';
import { FormSize } from '../../../src/server/models/form-size.js';

const MOST = 64;

t.test('before any form was seen, one is expected to hold one image', async (t) => {
  t.equal(new FormSize().imagesIn(1e6, MOST), 1);
});

t.test('then as many as in the latest forms, with a margin', async (t) => {
  const size = new FormSize();
  size.saw(32_000, 32);
  for (const [bytes, images] of [
    [100, 1],
    [2499, 1],
    [2500, 2],
    [32_000, 25],
    [79_999, 63],
    [80_000, MOST],
    [10_000_000, MOST],
  ] as const) {
    t.equal(size.imagesIn(bytes, MOST), images, `${bytes} bytes`);
  }
});

t.test('an estimate follows the forms', async (t) => {
  const size = new FormSize();
  size.saw(1000, 1);
  for (let i = 0; i < 100; i++) size.saw(40_000, 4);
  t.equal(size.imagesIn(100_000, MOST), 8);
});
