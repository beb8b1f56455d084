import type { Lane } from '../lane/lane.js';
import { type Scores, ScoresNotFiniteError } from '../lane/scores.js';
import { scoreDifferences } from './score-differences.js';

/** A size that a graph is unlikely to contain itself, so that images that change places are detected. */
export const PROOF_BATCH_SIZE = 5;
/** Answers may differ, by rounding, by this share of the distance between the answers to two images. */
const TOLERANCE = 0.01;
/** If answers are closer than this, two images could change places undetected. */
const SMALLEST_DISTANCE = 1e-5;

/** An image and the answer to it alone. */
export interface Answer {
  readonly image: Uint8Array;
  readonly scores: Scores;
}

/** The result of running the images as a batch. */
export interface BatchVerdict {
  readonly isSame: boolean;
  /** Largest difference in a class between the batch and single runs; NaN if the batch has no answer for an image. */
  readonly largestDifference: number;
}

/**
 * Different images, and the answer to each one alone. A batch of the images is compared with these answers, so that a
 * graph is detected that mixes up its images or lets one influence another.
 */
export class BatchProof {
  readonly #answers: readonly Answer[];
  /** Distance between the two most similar answers; if it is near 0, a batch proves nothing. */
  readonly #distance: number;

  /** @param answers those that differ most are kept */
  constructor(answers: readonly Answer[]) {
    this.#answers = mostUnlike(answers, PROOF_BATCH_SIZE);
    this.#distance = Math.min(
      ...this.#answers.flatMap((one, i) =>
        this.#answers.slice(i + 1).map((other) => distance(one.scores, other.scores)),
      ),
    );
  }

  /** False if the model gives the same answer to every image, so that a batch proves nothing. */
  get canTell(): boolean {
    return this.#answers.length === PROOF_BATCH_SIZE && this.#distance >= SMALLEST_DISTANCE;
  }

  /** Runs the images as one batch of `size`, repeated as often as necessary, and compares the answers. */
  async hold(lane: Lane, size: number): Promise<BatchVerdict> {
    const filled = Array.from({ length: size }, (_, i) => this.#answers[i % this.#answers.length]);
    const expected = filled.filter((answer) => answer !== undefined);
    const batch = await lane.run(
      expected.map(({ image }) => image),
      size,
    );
    const differences = batch.map((scores, i) => {
      const alone = expected[i]?.scores;
      return scores instanceof ScoresNotFiniteError || !alone
        ? Number.NaN
        : distance(alone, scores);
    });
    const largestDifference = Math.max(...differences);
    return { isSame: largestDifference <= TOLERANCE * this.#distance, largestDifference };
  }
}

function distance(one: Scores, other: Scores): number {
  return Math.max(...scoreDifferences(one, other));
}

/** The first answer, and then repeatedly the one that is farthest from those already chosen. */
function mostUnlike(answers: readonly Answer[], count: number): Answer[] {
  const [first, ...left] = answers;
  const taken = first ? [first] : [];
  while (taken.length < count && left.length > 0) {
    const distances = left.map(({ scores }) =>
      Math.min(...taken.map((one) => distance(one.scores, scores))),
    );
    taken.push(...left.splice(distances.indexOf(Math.max(...distances)), 1));
  }
  return taken;
}
