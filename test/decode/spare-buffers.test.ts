import t from 'tap';
import { MAX_SPARE_BYTES, SpareBuffers } from '../../src/decode/spare-buffers.js';

t.test('a buffer that was given is taken again, else there is a new one', async (t) => {
  const spare = new SpareBuffers(12);
  const first = spare.take();
  t.equal(first.byteLength, 12);
  spare.give(first);
  t.equal(spare.take(), first);
  t.not(spare.take(), first, 'it is not taken twice');
});

t.test('a buffer of another size, or one that is away in a thread, is not kept', async (t) => {
  const spare = new SpareBuffers(12);
  const away = spare.take();
  structuredClone(away, { transfer: [away] });
  for (const other of [new ArrayBuffer(11), new ArrayBuffer(13), away]) {
    spare.give(other);
    t.not(spare.take(), other);
  }
});

t.test('32 MiB are kept and not one buffer more', async (t) => {
  t.equal(MAX_SPARE_BYTES, 32 * 1024 * 1024);
  const byteLength = 1024 * 1024;
  const spare = new SpareBuffers(byteLength);
  const given = new Set(Array.from({ length: 40 }, () => new ArrayBuffer(byteLength)));
  for (const buffer of given) spare.give(buffer);
  const kept = Array.from(given, () => spare.take()).filter((buffer) => given.has(buffer));
  t.equal(kept.length, 32);
});

t.test('a buffer that is larger than all that is kept goes', async (t) => {
  const spare = new SpareBuffers(MAX_SPARE_BYTES + 1);
  const buffer = spare.take();
  spare.give(buffer);
  t.not(spare.take(), buffer);
});
