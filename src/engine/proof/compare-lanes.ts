import type { Lane } from '../lane/lane.js';
import { type Scores, ScoresNotFiniteError } from '../lane/scores.js';
import { scoreDifferences } from './score-differences.js';

/** If the reference's first two classes are further apart than this, a different first class is an error. */
const SURE_MARGIN = 0.05;

/** How the answers of one lane differ from those of another, in probability. */
export interface Comparison {
  readonly images: number;
  readonly largestDifference: number;
  readonly meanDifference: number;
  /** Number of images whose first class differs. */
  readonly top1Differs: number;
  /** Images whose first two classes are over 0.05 apart in the reference, and how many of them differ in the first. */
  readonly sureImages: number;
  readonly sureTop1Differs: number;
}

/**
 * Runs the same images on two lanes, one by one on the first and in batches on the second, and compares each class.
 */
export async function compareLanes(
  reference: Lane,
  other: Lane,
  images: readonly Uint8Array[],
  batchSize: number,
  paddedSize = batchSize,
  singlePaddedSize = 1,
): Promise<Comparison> {
  const expected = await runAll(reference, images, 1, singlePaddedSize);
  const got = await runAll(other, images, batchSize, paddedSize);
  let [largest, sum, count, top1Differs, sureImages, sureTop1Differs] = [0, 0, 0, 0, 0, 0];
  expected.forEach((want, i) => {
    const have = got[i] as Scores;
    for (const difference of scoreDifferences(want, have)) {
      largest = Math.max(largest, difference);
      sum += difference;
      count++;
    }
    const differs = want.labelIndex[0] !== have.labelIndex[0];
    const isSure = Number(want.confidence[0]) - Number(want.confidence[1] ?? 0) > SURE_MARGIN;
    if (differs) top1Differs++;
    if (isSure) sureImages++;
    if (differs && isSure) sureTop1Differs++;
  });
  return {
    images: images.length,
    largestDifference: largest,
    meanDifference: count === 0 ? 0 : sum / count,
    top1Differs,
    sureImages,
    sureTop1Differs,
  };
}

async function runAll(
  lane: Lane,
  images: readonly Uint8Array[],
  batchSize: number,
  paddedSize: number,
): Promise<Scores[]> {
  const scores: Scores[] = [];
  for (let from = 0; from < images.length; from += batchSize) {
    for (const output of await lane.run(images.slice(from, from + batchSize), paddedSize)) {
      if (output instanceof ScoresNotFiniteError) throw output;
      scores.push(output);
    }
  }
  return scores;
}
