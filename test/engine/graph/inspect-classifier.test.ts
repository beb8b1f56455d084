import t from 'tap';
import { inspectClassifier, readGraph } from '../../../src/engine/graph/index.js';
import { value } from '../../../src/engine/graph/onnx-builders.js';
import { type ClassifierOptions, DataType, tinyClassifier } from '../../helpers/onnx-models.js';

const inspect = (options: ClassifierOptions) =>
  inspectClassifier(readGraph(tinyClassifier(options)));

t.test('the facts of the image and of the scores', async (t) => {
  t.same(inspect({ width: 10, height: 6, classes: 5 }), {
    inputName: 'input',
    inputType: 'float32',
    layout: 'nchw',
    channels: 3,
    hasBatch: true,
    fixedBatch: undefined,
    width: 10,
    height: 6,
    outputName: 'scores',
    outputType: 'float32',
    classes: 5,
    isFlat: true,
    hasRows: true,
    otherOutputs: 0,
  });
});

t.test('scores of one image fix the batch at 1, whatever the input promises', async (t) => {
  t.match(inspect({ scores: [4] }), { hasBatch: true, hasRows: false, fixedBatch: 1 });
  t.match(inspect({ scores: ['n', 4] }), { hasRows: true, fixedBatch: undefined });
  t.match(inspect({ scores: ['n', 4], hasBatch: false }), { hasBatch: false, fixedBatch: 1 });
});

t.test('the wish chooses among several outputs', async (t) => {
  const parsed = readGraph(tinyClassifier());
  parsed.graph.output.push(value('features', DataType.FLOAT, ['n', 9]));
  t.match(inspectClassifier(parsed, { classes: 4 }), { outputName: 'scores', otherOutputs: 1 });
  t.match(inspectClassifier(parsed, { outputName: 'features' }), { classes: 9 });
  t.throws(() => inspectClassifier(parsed), { message: /has 2 outputs/ });
});
