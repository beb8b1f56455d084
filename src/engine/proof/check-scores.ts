import { ModelRefusedError } from '../graph/index.js';
import type { Scores } from '../lane/scores.js';

/** Rounding may move a probability this far out of its bounds. */
const ROUNDING = 0.001;
/** The probabilities of exclusive classes add up to 1; further from 1 than this, the classes are not exclusive. */
const SUM_TOLERANCE = 0.05;

/** What model.json and the graph state about the scores. */
export interface ScoreClaim {
  readonly output: 'logits' | 'sigmoid' | 'probabilities';
  /** The last activation of the graph. */
  readonly activation: 'softmax' | 'sigmoid' | undefined;
}

/**
 * Compares raw scores with what model.json says that they are.
 *
 * @param answers raw scores of every class for a few images
 * @returns a warning, a sentence; undefined if nothing is suspicious
 * @throws {ModelRefusedError} if the scores contradict model.json
 */
export function checkScores(
  answers: readonly Scores[],
  { output, activation }: ScoreClaim,
): string | undefined {
  const rows = answers.map(({ confidence }) => [...confidence]);
  const odd = rows.flat().find((score) => score < -ROUNDING || score > 1 + ROUNDING);
  const sums = rows.map((row) => row.reduce((sum, score) => sum + score, 0));
  const isOne = rows[0]?.length === 1;
  if (output === 'probabilities') {
    if (odd !== undefined) {
      const wayOut = isOne
        ? '"sigmoid"'
        : '"logits", or to "sigmoid" if the classes are independent';
      throw new ModelRefusedError(
        `model.json says that the output is probabilities, but a score is ${odd.toPrecision(3)}; set output to ${wayOut}`,
      );
    }
    const off = sums.find((sum) => Math.abs(sum - 1) > SUM_TOLERANCE);
    if (off === undefined || activation === 'sigmoid' || isOne) return undefined;
    return `the probabilities of an image add up to ${off.toPrecision(3)}, which is right only if the classes are independent; if the scores are logits, set output to "logits"`;
  }
  if (odd !== undefined || rows.length === 0) return undefined;
  const needed = output === 'logits' ? 'softmax' : 'sigmoid';
  if (!isOne && sums.every((sum) => Math.abs(sum - 1) < ROUNDING)) {
    throw new ModelRefusedError(
      `model.json says that the scores still need a ${needed}, but for every test image they are between 0 and 1 and add up to 1; set output to "probabilities"`,
    );
  }
  return `model.json says that the scores still need a ${needed}, but for every test image they are between 0 and 1; if they are probabilities already, set output to "probabilities"`;
}
