import t from 'tap';
import fc from 'fast-check';
import { GrowingBuffer } from '../../../../src/server/http/receive/growing-buffer.js';
import { SpareBuffers } from '../../../../src/decode/spare-buffers.js';

const SPARE_BYTES = 8;

/** A spare buffer with what another client sent. */
function usedSpare(): { spare: SpareBuffers; used: ArrayBuffer } {
  const spare = new SpareBuffers(SPARE_BYTES);
  const used = new ArrayBuffer(SPARE_BYTES);
  new Uint8Array(used).fill(0xee);
  spare.give(used);
  return { spare, used };
}

t.test('the bytes are the pieces, whatever was in the buffers before', async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 10 });
  fc.assert(
    fc.property(pieces, (pieces) => {
      const body = new GrowingBuffer(usedSpare().spare);
      for (const piece of pieces) body.append(Buffer.from(piece));
      return body.bytes().equals(Buffer.concat(pieces));
    }),
  );
});

t.test('up to the size of a spare buffer a body lies in one', async (t) => {
  const { spare, used } = usedSpare();
  const body = new GrowingBuffer(spare);
  body.append(Buffer.alloc(SPARE_BYTES - 1));
  body.append(Buffer.alloc(1));
  t.equal(body.bytes().buffer, used);
});

t.test('a body that grows over it leaves it to others', async (t) => {
  const { spare, used } = usedSpare();
  const body = new GrowingBuffer(spare);
  body.append(Buffer.alloc(SPARE_BYTES, 1));
  body.append(Buffer.alloc(1, 2));
  t.not(body.bytes().buffer, used);
  t.equal(body.bytes().buffer.byteLength, 2 * SPARE_BYTES, 'twice as large, alone in its buffer');
  t.equal(spare.take(), used);
});

t.test('a body that is larger from the start takes none', async (t) => {
  const { spare, used } = usedSpare();
  const body = new GrowingBuffer(spare);
  body.append(Buffer.alloc(SPARE_BYTES + 1));
  t.equal(body.bytes().buffer.byteLength, SPARE_BYTES + 1);
  t.equal(spare.take(), used);
});
