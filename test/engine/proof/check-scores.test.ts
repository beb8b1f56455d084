import t from 'tap';
import type { Scores } from '../../../src/engine/lane/scores.js';
import { checkScores, type ScoreClaim } from '../../../src/engine/proof/check-scores.js';

const rows = (...all: readonly (readonly number[])[]): Scores[] =>
  all.map((row) => ({
    confidence: Float32Array.from(row),
    labelIndex: Int32Array.from(row.keys()),
  }));
const claim = (output: ScoreClaim['output'], activation?: ScoreClaim['activation']) => ({
  output,
  activation,
});

const SOFTMAX = rows([0.7, 0.2, 0.1], [0.5, 0.5, 0]);
const INDEPENDENT = rows([0.9, 0.8, 0.7], [0.5, 0.1, 0]);
const LOGITS = rows([4, 1, -3], [0.5, 0.25, 0.25]);

t.test('scores that are what model.json says', async (t) => {
  t.equal(checkScores(SOFTMAX, claim('probabilities')), undefined);
  t.equal(checkScores(SOFTMAX, claim('probabilities', 'softmax')), undefined);
  t.equal(checkScores(INDEPENDENT, claim('probabilities', 'sigmoid')), undefined);
  for (const output of ['logits', 'sigmoid'] as const) {
    t.equal(checkScores(LOGITS, claim(output)), undefined);
    t.equal(checkScores([], claim(output)), undefined, 'nothing was run');
  }
  t.equal(checkScores([], claim('probabilities')), undefined, 'nothing was run');
});

t.test('probabilities that are none are refused', async (t) => {
  t.throws(() => checkScores(LOGITS, claim('probabilities')), {
    name: 'ModelRefusedError',
    message:
      'model.json says that the output is probabilities, but a score is 4.00; set output to "logits", or to "sigmoid" if the classes are independent',
  });
  for (const [score, isRefused] of [
    [-0.0009, false],
    [-0.0011, true],
    [1.0009, false],
    [1.0011, true],
  ] as const) {
    const check = () => checkScores(rows([score, 1 - score]), claim('probabilities'));
    if (isRefused) t.throws(check, { message: /but a score is / }, `${score}`);
    else t.doesNotThrow(check, `${score}`);
  }
});

t.test('one score that is no probability needs a sigmoid', async (t) => {
  t.throws(() => checkScores(rows([-2]), claim('probabilities')), {
    message: /but a score is -2\.00; set output to "sigmoid"$/,
  });
  t.equal(checkScores(rows([0.2], [0.9]), claim('probabilities')), undefined);
});

t.test('scores that are all between 0 and 1 are a warning', async (t) => {
  t.equal(
    checkScores(INDEPENDENT, claim('sigmoid')),
    'model.json says that the scores still need a sigmoid, but for every test image they are between 0 and 1; if they are probabilities already, set output to "probabilities"',
  );
  t.match(checkScores(INDEPENDENT, claim('logits')), /still need a softmax, but for every/);
  t.match(checkScores(rows([1], [1]), claim('sigmoid')), /still need a sigmoid/, 'one class');
  t.equal(checkScores(rows([0.5], [1.1]), claim('sigmoid')), undefined, 'one score is larger');
});

t.test('probabilities that do not add up to 1 are a warning', async (t) => {
  t.equal(
    checkScores(INDEPENDENT, claim('probabilities')),
    'the probabilities of an image add up to 2.40, which is right only if the classes are independent; if the scores are logits, set output to "logits"',
  );
  t.equal(checkScores(rows([0.55, 0.49]), claim('probabilities')), undefined, 'nearly');
  t.match(checkScores(rows([0.55, 0.51]), claim('probabilities')), /add up to 1\.06/);
});

t.test('logits that are probabilities are refused', async (t) => {
  t.throws(() => checkScores(SOFTMAX, claim('logits')), {
    name: 'ModelRefusedError',
    message: /still need a softmax, but .* add up to 1; set output to "probabil/,
  });
  t.throws(() => checkScores(SOFTMAX, claim('sigmoid')), {
    message: /still need a sigmoid, but for every test image/,
  });
  t.type(checkScores(rows([0.7, 0.2985]), claim('logits')), 'string', 'not quite 1: a warning');
  t.throws(() => checkScores(rows([0.7, 0.2995]), claim('logits')));
});
