import type { Lane } from '../lane/lane.js';
import { type Scores, ScoresNotFiniteError } from '../lane/scores.js';
import { scoreDifferences } from './score-differences.js';
import { seededImages } from './seeded-images.js';

/** A size that a graph is unlikely to contain itself, so that images that change places are detected. */
export const PROOF_BATCH_SIZE = 5;
/** Number of test images from which the most different ones are chosen. */
const CANDIDATES = 12;
/** Answers may differ, by rounding, by this share of the distance between the answers to two images. */
const TOLERANCE = 0.01;
/** If answers are closer than this, two images could change places undetected. */
const SMALLEST_DISTANCE = 1e-5;

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
  readonly #images: readonly Uint8Array[];
  readonly #answers: readonly Scores[];
  /** Distance between the two most similar answers; if it is near 0, a batch proves nothing. */
  readonly #distance: number;

  private constructor(images: readonly Uint8Array[], answers: readonly Scores[]) {
    this.#images = images;
    this.#answers = answers;
    this.#distance = Math.min(
      ...answers.flatMap((scores, i) =>
        answers.slice(i + 1).map((others) => distance(scores, others)),
      ),
    );
  }

  /** Runs images of this size, in pixels, one by one, and keeps those whose answers differ most. */
  static async take(lane: Lane, width: number, height: number): Promise<BatchProof> {
    const images = seededImages(CANDIDATES, width, height);
    const answers: Scores[] = [];
    for (const image of images) {
      const [scores] = await lane.run([image], 1);
      if (scores instanceof ScoresNotFiniteError || !scores) {
        throw new Error('the scores of a test image are not numbers');
      }
      answers.push(scores);
    }
    const kept = mostUnlike(answers, PROOF_BATCH_SIZE);
    const pick = <T>(all: readonly T[]) => kept.map((i) => all[i] as T);
    return new BatchProof(pick(images), pick(answers));
  }

  /** False if the model gives the same answer to every image, so that a batch proves nothing. */
  get canTell(): boolean {
    return this.#distance >= SMALLEST_DISTANCE;
  }

  /** Runs the images as one batch and compares the answers. */
  async hold(lane: Lane): Promise<BatchVerdict> {
    const batch = await lane.run(this.#images, this.#images.length);
    const differences = batch.map((scores, i) =>
      scores instanceof ScoresNotFiniteError
        ? Number.NaN
        : distance(this.#answers[i] as Scores, scores),
    );
    const largestDifference = Math.max(...differences);
    return { isSame: largestDifference <= TOLERANCE * this.#distance, largestDifference };
  }
}

function distance(want: Scores, have: Scores): number {
  return Math.max(...scoreDifferences(want, have));
}

/** Indexes of `count` answers: the first, and then repeatedly the one that is farthest from those already chosen. */
function mostUnlike(answers: readonly Scores[], count: number): number[] {
  const kept = [0];
  while (kept.length < count) {
    const distances = answers.map((scores) =>
      Math.min(...kept.map((i) => distance(answers[i] as Scores, scores))),
    );
    kept.push(distances.indexOf(Math.max(...distances)));
  }
  return kept;
}
