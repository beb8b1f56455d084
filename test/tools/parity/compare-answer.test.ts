import t from 'tap';
import { compareAnswer } from '../../../src/tools/parity/compare-answer.js';

const LABELS = ['cat', 'dog', 'crane', 'crane'];

t.test('the first class and the largest difference', async (t) => {
  const predictions = [
    { confidence: 0.6, label: 'dog' },
    { confidence: 0.3, label: 'cat' },
  ];
  t.same(compareAnswer(predictions, [0.3, 0.6, 0.05, 0.05], LABELS), {
    isFirstSame: true,
    largest: 0,
  });
  const { isFirstSame, largest } = compareAnswer(predictions, [0.5, 0.4, 0.05, 0.05], LABELS);
  t.equal(isFirstSame, false);
  t.ok(Math.abs(largest - 0.2) < 1e-9);
});

t.test('of classes with one label the nearest counts', async (t) => {
  const predictions = [{ confidence: 0.7, label: 'crane' }];
  t.same(compareAnswer(predictions, [0.1, 0.1, 0.1, 0.7], LABELS), {
    isFirstSame: true,
    largest: 0,
  });
});

t.test('a label that the reference lacks differs by all', async (t) => {
  const predictions = [{ confidence: 0.9, label: 'fish' }];
  t.same(compareAnswer(predictions, [1, 0, 0, 0], LABELS), { isFirstSame: false, largest: 1 });
});
