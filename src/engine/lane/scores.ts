/** A model's answer for one image: its best classes, best first, in two arrays with the model's `topK` entries. */
export interface Scores {
  readonly confidence: Float32Array;
  readonly labelIndex: Int32Array;
  /** The score of every class, in the order of the classes, if requested with the image. */
  readonly all?: Float32Array;
}

/** The model's scores for this image are not numbers. */
export class ScoresNotFiniteError extends Error {
  override readonly name = 'ScoresNotFiniteError';
}
