import t from 'tap';
import { lastActivation, readGraph } from '../../../src/engine/graph/index.js';
import { integer, node } from '../../../src/engine/graph/onnx-builders.js';
import { fixedBatchModel } from '../../helpers/fixed-batch-model.js';
import { type ClassifierOptions, DataType, tinyClassifier } from '../../helpers/onnx-models.js';

const ofHead = (...opTypes: string[]) =>
  lastActivation(
    readGraph(fixedBatchModel({ head: opTypes.map((opType) => node(opType)) })),
    'scores',
  );
const ofTiny = (options: ClassifierOptions = {}) =>
  lastActivation(readGraph(tinyClassifier(options)), 'scores');

t.test('a softmax or sigmoid at the end gives probabilities', async (t) => {
  t.equal(ofTiny({ output: 'probabilities' }), 'softmax');
  t.equal(ofHead('Flatten', 'Sigmoid'), 'sigmoid');
});

t.test('what only changes the shape or the type may follow', async (t) => {
  const cast = { output: 'probabilities', outputElemType: DataType.FLOAT16 } as const;
  t.equal(ofTiny(cast), 'softmax');
  t.equal(ofTiny({ output: 'probabilities', scores: ['n', 4, 1, 1] }), 'softmax');
  t.equal(ofHead('Softmax', 'Flatten', 'Identity'), 'softmax');
});

t.test('anything else gives logits', async (t) => {
  t.equal(ofTiny(), undefined);
  t.equal(ofHead('Softmax', 'Log'), undefined);
  t.equal(ofHead('Flatten'), undefined);
  const bare = readGraph(fixedBatchModel({ head: [node('Flatten', [], [integer('axis', 1)])] }));
  bare.graph.node = bare.graph.node.slice(1);
  t.equal(lastActivation(bare, 'scores'), undefined, 'the input itself');
});

t.test('of the output that is asked for', async (t) => {
  const parsed = readGraph(tinyClassifier({ output: 'probabilities' }));
  const [before] = parsed.graph.node.at(-1)?.input ?? [];
  t.equal(lastActivation(parsed, String(before)), undefined);
});
