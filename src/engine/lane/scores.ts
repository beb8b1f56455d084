/** What a model says of one image: its best classes, best first, in two arrays of the model's `topK` entries. */
export interface Scores {
  readonly confidence: Float32Array;
  readonly labelIndex: Int32Array;
  /** Of every class, in their order, if the image was given so. */
  readonly all?: Float32Array;
}

/** The model's scores for this image are not numbers. */
export class ScoresNotFiniteError extends Error {
  override readonly name = 'ScoresNotFiniteError';
}
