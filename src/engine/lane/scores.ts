/** The best classes of one image, best first. Both have the model's `topK` entries. */
export interface Scores {
  readonly confidence: Float32Array;
  readonly labelIndex: Int32Array;
}

/** The model's scores for this image are not numbers. */
export class ScoresNotFiniteError extends Error {
  override readonly name = 'ScoresNotFiniteError';
}
