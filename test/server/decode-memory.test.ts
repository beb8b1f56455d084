import t from 'tap';
import { decodeMemoryBytes } from '../../src/server/decode-memory.js';

t.test('half of the container’s memory, shared by the processes', async (t) => {
  t.equal(decodeMemoryBytes(1, 1000, 8000), 500);
  t.equal(decodeMemoryBytes(4, 1000, 8000), 125);
});

t.test('without a limit, half of the host’s', async (t) => {
  for (const limit of [0, 2 ** 64]) t.equal(decodeMemoryBytes(2, limit, 8000), 2000);
  const own = decodeMemoryBytes(1);
  t.ok(own > 0 && Number.isFinite(own), `${own}`);
});
