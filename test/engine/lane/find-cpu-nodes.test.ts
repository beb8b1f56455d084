import { readdirSync } from 'node:fs';
import t from 'tap';
import { rewriteClassifier } from '../../../src/engine/graph/index.js';
import { Lane, readModelFolder } from '../../../src/engine/index.js';
import { findCpuNodes } from '../../../src/engine/lane/find-cpu-nodes.js';
import { tinyClassifier, writeModelFolder } from '../../helpers/onnx-models.js';

const WIDTH = 10;
const HEIGHT = 6;

/** A source on the CPU, and what is left of the profiles; the runtime puts files of its own beside them. */
function onCpu(model: Uint8Array) {
  const folder = t.testdir({});
  process.env['TMPDIR'] = folder;
  return {
    source: { provider: 'cpu', model, allowCpuNodes: true } as const,
    left: () => readdirSync(folder).filter((name) => name.startsWith('batch-dispatch-')),
  };
}

t.test('on the CPU every node is on the CPU, by its name', async (t) => {
  const model = rewriteClassifier(tinyClassifier({ width: WIDTH, height: HEIGHT }), {
    width: WIDTH,
    height: HEIGHT,
    channelOrder: 'bgr',
    mean: [1, 2, 3],
    std: [4, 5, 6],
    output: 'logits',
    topK: 3,
  });
  const { source, left } = onCpu(model);
  const names = await findCpuNodes(source, WIDTH, HEIGHT);
  for (const name of [
    'batch_dispatch/before/0',
    'scores/0',
    'scores/2',
    'batch_dispatch/scores/0',
    'batch_dispatch/confidence/0',
    'batch_dispatch/label_index/0',
  ]) {
    t.ok(names.includes(name), name, { names });
  }
  t.equal(new Set(names).size, names.length);
  t.same(left(), [], 'no profile is left');
});

t.test('a model that cannot be opened, or not be run, leaves no profile either', async (t) => {
  const { source, left } = onCpu(new Uint8Array(8));
  await t.rejects(findCpuNodes(source, WIDTH, HEIGHT));
  t.same(left(), []);
  const other = onCpu((await readModelFolder('models/demo')).graph);
  await t.rejects(findCpuNodes(other.source, 1, 1), /invalid dimensions/);
  t.same(other.left(), []);
});

t.test('a lane on the CPU has no nodes that a GPU leaves to it', async (t) => {
  const folder = t.testdir();
  writeModelFolder(folder);
  const model = await readModelFolder(folder);
  const source = { provider: 'cpu', model: model.graph, allowCpuNodes: true } as const;
  const lane = await Lane.open(model, source, { maxBatchSize: 1, allowedBatchSizes: [] });
  t.teardown(() => lane.close());
  t.same(lane.cpuNodes, []);
});
