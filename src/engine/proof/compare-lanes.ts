import { type Lane, type Scores, ScoresNotFiniteError } from '../lane/lane.js';
import { scoreDifferences } from './score-differences.js';

/** Where the reference's first two classes are further apart than this, another first class is an error. */
const SURE_MARGIN = 0.05;

/** How the answers of one lane differ from those of another, in probability. */
export interface Comparison {
  readonly images: number;
  readonly largestDifference: number;
  readonly meanDifference: number;
  /** Images whose first class differs. */
  readonly top1Differs: number;
  /** Images where the reference's first two are over 0.05 apart, and how many of them differ in the first. */
  readonly sureImages: number;
  readonly sureTop1Differs: number;
}

/**
 * Runs the same images on two lanes, on the first one by one and on the second in batches, and compares each class.
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

/** Patterns that a seed repeats: coarse squares of random colours, as unlike each other as a model can wish. */
export function seededImages(count: number, width: number, height: number, seed = 1): Uint8Array[] {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => {
    const squares = 2 + Math.floor(random() * 6);
    const colours = Array.from({ length: squares * squares * 3 }, () => Math.floor(random() * 256));
    const image = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      const row = Math.floor((y * squares) / height) * squares;
      for (let x = 0; x < width; x++) {
        const square = row + Math.floor((x * squares) / width);
        for (let c = 0; c < 3; c++)
          image[(y * width + x) * 3 + c] = Number(colours[square * 3 + c]);
      }
    }
    return image;
  });
}
