import { type Lane, type Scores, ScoresNotFiniteError } from '../lane/lane.js';
import { scoreDifferences } from './score-differences.js';

/** No size that a graph is likely to have of itself, so that images that change places show. */
export const PROOF_BATCH_SIZE = 5;
/** Answers that differ by this share of what lies between two images' own are the same but for rounding. */
const TOLERANCE = 0.01;
/** Answers closer than this could change places unseen. */
const SMALLEST_DISTANCE = 1e-5;

/** An image and the answer to it alone. */
export interface Answer {
  readonly image: Uint8Array;
  readonly scores: Scores;
}

/** What a batch has shown. */
export interface BatchVerdict {
  readonly isSame: boolean;
  /** Largest difference of a class between the batch and single runs; NaN if the batch has no answer for an image. */
  readonly largestDifference: number;
}

/**
 * Different images with the answer to each alone, against which a batch of them is held: a batch that mixes its images
 * up, or counts one by another, shows.
 */
export class BatchProof {
  readonly #answers: readonly Answer[];
  /** Between the answers to the two images that are most alike; near 0, nothing can be proved. */
  readonly #distance: number;

  /** @param answers of which those that are most unlike are kept */
  constructor(answers: readonly Answer[]) {
    this.#answers = mostUnlike(answers, PROOF_BATCH_SIZE);
    this.#distance = Math.min(
      ...this.#answers.flatMap((one, i) =>
        this.#answers.slice(i + 1).map((other) => distance(one.scores, other.scores)),
      ),
    );
  }

  /** False when the model answers the same whatever the image, so that a batch proves nothing. */
  get canTell(): boolean {
    return this.#answers.length === PROOF_BATCH_SIZE && this.#distance >= SMALLEST_DISTANCE;
  }

  /** Runs the images as one batch of `size`, in which they come again as often as it takes. */
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

/** The first answer, and then always the one that is farthest from those taken. */
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
