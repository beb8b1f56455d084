import { Tensor } from 'onnxruntime-node';
import t from 'tap';
import { CONFIDENCE, IMAGE, LABEL_INDEX, SCORES } from '../../../src/engine/graph/index.js';
import { readModelFolder } from '../../../src/engine/index.js';
import { openSession } from '../../../src/engine/lane/open-session.js';
import { sessionParts } from '../../../src/engine/lane/session-parts.js';
import { PROVIDERS } from '../../../src/engine/provider.js';
import { writeModelFolder } from '../../helpers/onnx-models.js';

t.test('only webgpu takes two sessions, and only the second is on the CPU', async (t) => {
  const folder = t.testdir();
  writeModelFolder(folder);
  const { graph } = await readModelFolder(folder);
  for (const provider of PROVIDERS) {
    const source = { provider, model: graph, allowCpuNodes: false };
    const parts = sessionParts(source);
    if (provider !== 'webgpu') {
      t.same(parts, [source], provider);
      continue;
    }
    t.match(parts, [
      { provider: 'webgpu', allowCpuNodes: false },
      { provider: 'cpu', allowCpuNodes: true },
    ]);
    t.equal(parts.length, 2);
    const [scores, best] = parts.map(({ model }) => Buffer.from(model));
    t.notOk(scores?.includes('TopK'));
    t.ok(best?.includes('TopK'));
  }
  const engine = { provider: 'webgpu', model: 'an engine.onnx', allowCpuNodes: false } as const;
  t.same(sessionParts(engine), [engine], 'a path is opened as it is');
});

t.test('one session or two, the answers are the same', async (t) => {
  const folder = t.testdir();
  writeModelFolder(folder);
  const { graph, imageBytes } = await readModelFolder(folder);
  const pixels = new Uint8Array(2 * imageBytes).map((_, i) => (i * 7) % 256);
  const feeds = { [IMAGE]: new Tensor('uint8', pixels, [2, 8, 8, 3]) };
  const source = { provider: 'cpu', model: graph, allowCpuNodes: true } as const;
  const halves = sessionParts({ ...source, provider: 'webgpu' }).map(
    (part) => ({ ...part, provider: 'cpu' }) as const,
  );
  const session = await openSession(source);
  t.same(Object.keys(await session.run(feeds)), [CONFIDENCE, LABEL_INDEX], 'unless all are wanted');
  const one = await session.run(feeds, true);
  const two = await (await openSession(source, halves)).run(feeds, true);
  for (const output of [CONFIDENCE, LABEL_INDEX, SCORES]) {
    t.equal(one[output]?.data.length, 2 * 4);
    t.same(two[output]?.data, one[output]?.data, output);
  }
});

t.test('what the runtime says of a source that it does not open', async (t) => {
  const source = { provider: 'cpu', model: new Uint8Array(8), allowCpuNodes: true } as const;
  await t.rejects(openSession(source));
});
