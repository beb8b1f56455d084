import t from 'tap';
import type { OpenSession } from '../../../src/engine/lane/open-session.js';
import { openSessions } from '../../../src/engine/lane/open-sessions.js';
import type { Provider } from '../../../src/engine/provider.js';

/** Counts what it opens. */
function setUp(provider: Provider) {
  let opened = 0;
  const open = async () => ({ id: opened++ }) as unknown as OpenSession;
  const source = { provider, model: new Uint8Array(), allowCpuNodes: false };
  return { sessions: openSessions(source, [1, 2, 8], open), opened: () => opened };
}

t.test('on CUDA each size has a session of its own', async (t) => {
  const { sessions, opened } = setUp('cuda');
  const of = await sessions;
  t.equal(opened(), 3);
  t.equal(new Set([1, 2, 8].map(of)).size, 3);
  t.equal(of(2), of(2));
});

t.test('a size that a reload has brought runs on the session of the largest', async (t) => {
  const of = await setUp('cuda').sessions;
  t.equal(of(4), of(8));
  t.equal(of(16), of(8));
});

t.test('elsewhere one session runs every size', async (t) => {
  for (const provider of ['tensorrt', 'webgpu', 'cpu'] as const) {
    const { sessions, opened } = setUp(provider);
    const of = await sessions;
    t.equal(opened(), 1);
    t.equal(of(1), of(8));
  }
});
