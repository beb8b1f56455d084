import t from 'tap';
import { type Lane, openEngine, readModelFolder } from '../../src/engine/index.js';
import { writeModelFolder } from '../helpers/onnx-models.js';

const WISHES = {
  provider: 'webgpu',
  lanesPerDevice: 2,
  sizes: { maxBatchSize: 1, allowedBatchSizes: [] },
} as const;

t.test('the nodes that the CPU runs for a GPU are said once, in one line', async (t) => {
  const folder = t.testdir();
  writeModelFolder(folder);
  const model = await readModelFolder(folder);
  for (const [cpuNodes, lines] of [
    [[], []],
    [['a'], ['1 node runs on the CPU: a']],
    [['b', 'a', 'c'], ['3 nodes run on the CPU: b, a, c']],
  ] as const) {
    const said: string[] = [];
    const runtime = {
      prepare: async () => ({
        provider: 'webgpu' as const,
        model: model.graph,
        allowCpuNodes: true,
      }),
      openLane: async () => ({ cpuNodes, curve: [], warmUpMs: 1 }) as unknown as Lane,
      whatIsMissing: async () => undefined,
      explain: async () => undefined,
    };
    const engine = await openEngine(model, WISHES, runtime, (line) => said.push(line));
    t.equal(engine.lanes.length, 2);
    t.same(said, lines);
  }
});
