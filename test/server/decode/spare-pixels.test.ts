import t from 'tap';
import { MAX_SPARE_BYTES, SparePixels } from '../../../src/server/decode/spare-pixels.js';

t.test('a buffer that was given is taken again, else there is a new one', async (t) => {
  const spare = new SparePixels(12);
  const first = spare.take();
  t.equal(first.length, 12);
  spare.give(first);
  t.equal(spare.take(), first);
  t.not(spare.take(), first, 'it is not taken twice');
});

t.test('32 MiB are kept and not one buffer more', async (t) => {
  t.equal(MAX_SPARE_BYTES, 32 * 1024 * 1024);
  const imageBytes = 1024 * 1024;
  const spare = new SparePixels(imageBytes);
  const given = new Set<Uint8Array>(Array.from({ length: 40 }, () => new Uint8Array(imageBytes)));
  for (const pixels of given) spare.give(pixels);
  const kept = Array.from(given, () => spare.take()).filter((pixels) => given.has(pixels));
  t.equal(kept.length, 32);
});

t.test('a buffer that is larger than all that is kept goes', async (t) => {
  const spare = new SparePixels(MAX_SPARE_BYTES + 1);
  const pixels = spare.take();
  spare.give(pixels);
  t.not(spare.take(), pixels);
});
