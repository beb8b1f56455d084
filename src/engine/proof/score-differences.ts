import type { Scores } from '../lane/scores.js';

/**
 * The difference of each class of `want` in `have`, in probability. A class that is not among the best of `have` is
 * compared with the last of them; the difference is NaN if `have` is empty.
 */
export function scoreDifferences(want: Scores, have: Scores): number[] {
  const byClass = new Map([...have.labelIndex].map((label, k) => [label, have.confidence[k]]));
  return [...want.labelIndex].map((label, k) => {
    const confidence = byClass.get(label) ?? have.confidence.at(-1);
    return Math.abs(Number(want.confidence[k]) - Number(confidence));
  });
}
