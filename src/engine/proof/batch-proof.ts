import type { Lane } from '../lane/lane.js';
import { type Scores, ScoresNotFiniteError } from '../lane/scores.js';
import { scoreDifferences } from './score-differences.js';
import { seededImages } from './seeded-images.js';

/** No size that a graph is likely to have of itself, so that images that change places show. */
export const PROOF_BATCH_SIZE = 5;
/** Of these the most unlike are taken. */
const CANDIDATES = 12;
/** Answers that differ by this share of what lies between two images' own are the same but for rounding. */
const TOLERANCE = 0.01;
/** Answers closer than this could change places unseen. */
const SMALLEST_DISTANCE = 1e-5;

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
  readonly #images: readonly Uint8Array[];
  readonly #answers: readonly Scores[];
  /** Between the answers to the two images that are most alike; near 0, nothing can be proved. */
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

  /** Runs images of this size, in pixels, one by one, and keeps those whose answers are most unlike. */
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

  /** False when the model answers the same whatever the image, so that a batch proves nothing. */
  get canTell(): boolean {
    return this.#distance >= SMALLEST_DISTANCE;
  }

  /** Runs the images as one batch. */
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

/** Positions of `count` answers: the first, and then always the one that is farthest from those taken. */
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
