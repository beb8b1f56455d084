import fc from 'fast-check';
import t from 'tap';
import { SpareBuffers } from '../../../../src/decode/spare-buffers.js';
import { GrowingBuffer } from '../../../../src/server/http/receive/growing-buffer.js';

const SPARE_BYTES = 8192;
const MAX_BODY_BYTES = 100_000;
/** The least that is worth a spare buffer. */
const ENOUGH_BYTES = 4096;

/** A spare buffer with what another client sent, and what is counted as held. */
function usedSpare() {
  const spare = new SpareBuffers(SPARE_BYTES);
  const used = new ArrayBuffer(SPARE_BYTES);
  new Uint8Array(used).fill(0xee);
  spare.give(used);
  const held = { bytes: 0 };
  const hold = (bytes: number) => {
    held.bytes += bytes;
  };
  return { upload: { spare, hold, maxBodyBytes: MAX_BODY_BYTES }, spare, used, held };
}

const pieces = fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 8 });

t.test('the bytes are the pieces, and what is held is the buffer', async () => {
  const announcement = fc.option(fc.nat(30_000), { nil: undefined });
  fc.assert(
    fc.property(pieces, announcement, (pieces, announced) => {
      const { upload, held } = usedSpare();
      const body = new GrowingBuffer(upload, announced);
      for (const piece of pieces) body.append(Buffer.from(piece));
      const bytes = body.bytes();
      return bytes.equals(Buffer.concat(pieces)) && bytes.buffer.byteLength === held.bytes;
    }),
  );
});

t.test('a body that fits a spare buffer gets one once enough of it is here', async (t) => {
  const { upload, used, held } = usedSpare();
  const body = new GrowingBuffer(upload, SPARE_BYTES);
  body.append(Buffer.alloc(1));
  t.equal(held.bytes, 8, 'one byte takes eight');
  body.append(Buffer.alloc(ENOUGH_BYTES - 1));
  t.equal(held.bytes, SPARE_BYTES);
  body.append(Buffer.alloc(SPARE_BYTES - ENOUGH_BYTES));
  t.equal(body.bytes().buffer, used);
});

t.test('one byte less is not enough', async (t) => {
  const { upload, held } = usedSpare();
  const body = new GrowingBuffer(upload, ENOUGH_BYTES - 1);
  body.append(Buffer.alloc(ENOUGH_BYTES - 1));
  t.equal(held.bytes, ENOUGH_BYTES - 1);
});

t.test('a body that grows over it leaves it to others', async (t) => {
  const { upload, spare, used, held } = usedSpare();
  const body = new GrowingBuffer(upload);
  body.append(Buffer.alloc(SPARE_BYTES, 1));
  body.append(Buffer.alloc(1, 2));
  t.not(body.bytes().buffer, used);
  t.equal(held.bytes, 2 * (SPARE_BYTES + 1), 'twice as large, alone in its buffer');
  t.equal(spare.take(), used);
});

t.test('a large body is copied to its announced length once an eighth of it is here', async (t) => {
  const { upload, held } = usedSpare();
  const body = new GrowingBuffer(upload, 80_000);
  body.append(Buffer.alloc(9_999));
  t.equal(held.bytes, 79_992);
  body.append(Buffer.alloc(70_001));
  t.equal(body.bytes().buffer.byteLength, 80_000);
});

t.test('no buffer is larger than a body may be', async (t) => {
  const { upload, held } = usedSpare();
  const body = new GrowingBuffer(upload);
  body.append(Buffer.alloc(60_000));
  body.append(Buffer.alloc(1));
  t.equal(held.bytes, MAX_BODY_BYTES);
});

t.test('a body that is discarded leaves its buffer to others', async (t) => {
  const { upload, spare, used } = usedSpare();
  const body = new GrowingBuffer(upload, SPARE_BYTES);
  body.append(Buffer.alloc(SPARE_BYTES));
  body.discard();
  t.equal(spare.take(), used);
  t.equal(body.bytes().length, 0);
});
