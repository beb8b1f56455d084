import t from 'tap';
import { givesProbabilities, readGraph } from '../../../src/engine/graph/index.js';
import { integer, node } from '../../../src/engine/graph/onnx-builders.js';
import { fixedBatchModel } from '../../helpers/fixed-batch-model.js';
import { DataType, tinyClassifier } from '../../helpers/onnx-models.js';

const endsIn = (...opTypes: string[]) =>
  givesProbabilities(readGraph(fixedBatchModel({ head: opTypes.map((opType) => node(opType)) })));

t.test('a softmax or sigmoid at the end gives probabilities', async (t) => {
  t.equal(givesProbabilities(readGraph(tinyClassifier({ output: 'probabilities' }))), true);
  t.equal(endsIn('Flatten', 'Sigmoid'), true);
});

t.test('what only changes the shape or the type may follow', async (t) => {
  const cast = { output: 'probabilities', outputElemType: DataType.FLOAT16 } as const;
  t.equal(givesProbabilities(readGraph(tinyClassifier(cast))), true);
  const four = { output: 'probabilities', scores: ['n', 4, 1, 1] } as const;
  t.equal(givesProbabilities(readGraph(tinyClassifier(four))), true);
  t.equal(endsIn('Softmax', 'Flatten', 'Identity'), true);
});

t.test('anything else gives logits', async (t) => {
  t.equal(givesProbabilities(readGraph(tinyClassifier())), false);
  t.equal(endsIn('Softmax', 'Log'), false);
  t.equal(endsIn('Flatten'), false);
  const bare = readGraph(fixedBatchModel({ head: [node('Flatten', [], [integer('axis', 1)])] }));
  bare.graph.node = bare.graph.node.slice(1);
  t.equal(givesProbabilities(bare), false, 'the input itself');
});
