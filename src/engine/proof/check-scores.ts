import { ModelRefusedError } from '../graph/index.js';
import type { Scores } from '../lane/lane.js';

/** Rounding may take a probability this far over its bounds. */
const ROUNDING = 0.001;
/** Probabilities of classes that exclude each other add up to 1; this far from it, they do not. */
const SUM_TOLERANCE = 0.05;

/** What model.json says that a graph's scores are, and what the graph says. */
export interface ScoreClaim {
  readonly output: 'logits' | 'sigmoid' | 'probabilities';
  /** What the graph itself ends in. */
  readonly activation: 'softmax' | 'sigmoid' | undefined;
}

/**
 * Holds bare scores against what model.json says that they are.
 *
 * @param answers bare scores of every class of a few images
 * @returns a warning, a sentence; undefined if nothing is odd
 * @throws {ModelRefusedError} when they cannot be what it says
 */
export function checkScores(
  answers: readonly Scores[],
  { output, activation }: ScoreClaim,
): string | undefined {
  const rows = answers.map(({ confidence }) => [...confidence]);
  const odd = rows.flat().find((score) => score < -ROUNDING || score > 1 + ROUNDING);
  const sums = rows.map((row) => row.reduce((sum, score) => sum + score, 0));
  if (output === 'probabilities') {
    if (odd !== undefined) {
      throw new ModelRefusedError(
        `model.json says that the graph gives probabilities, but a score is ${odd.toPrecision(3)}; set output to "logits", or to "sigmoid" if each class stands alone`,
      );
    }
    const off = sums.find((sum) => Math.abs(sum - 1) > SUM_TOLERANCE);
    if (off === undefined || activation === 'sigmoid') return undefined;
    return `the probabilities of an image add up to ${off.toPrecision(3)}: right if each class stands alone, and if they are logits, output must be "logits"`;
  }
  const isSoftmax = (rows[0]?.length ?? 0) > 1 && sums.every((sum) => Math.abs(sum - 1) < ROUNDING);
  if (odd !== undefined || !isSoftmax) return undefined;
  throw new ModelRefusedError(
    `model.json says that the graph gives ${output === 'logits' ? 'logits' : 'scores that need a sigmoid'}, but the scores of every test image lie between 0 and 1 and add up to 1, as probabilities do; set output to "probabilities"`,
  );
}
