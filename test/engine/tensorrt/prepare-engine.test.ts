import t from 'tap';
import { readModelFolder } from '../../../src/engine/index.js';
import { prepareEngine } from '../../../src/engine/tensorrt/prepare-engine.js';

t.test('without an engine, and without leave to build one, there is a sentence', async (t) => {
  const said: string[] = [];
  const preparing = prepareEngine({
    model: await readModelFolder('models/demo'),
    modelFolder: t.testdir({}),
    precision: 'fp16',
    maxBatchSize: 8,
    build: false,
    say: (line) => said.push(line),
    tick: () => t.fail('nothing is built'),
  });
  // Of the GPU, of TensorRT, or of the engine: what this host lacks first.
  await t.rejects(preparing, { name: 'NoEngineError', message: /GPU|TensorRT/ });
  t.ok(said.every((line) => !line.includes('\n')));
});
