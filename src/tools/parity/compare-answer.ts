/** As the server sends it: `confidence` has four decimals. */
export interface Prediction {
  readonly confidence: number;
  readonly label: string;
}

export interface Difference {
  readonly isFirstSame: boolean;
  /** The largest difference of a probability, among the classes that the server sent. */
  readonly largest: number;
}

/**
 * Compares what the server answered with the probabilities of a reference, which are in the order of the labels. Where
 * classes share a label, the one counts that is nearest.
 */
export function compareAnswer(
  predictions: readonly Prediction[],
  probabilities: readonly number[],
  labels: readonly string[],
): Difference {
  let largest = 0;
  for (const { confidence, label } of predictions) {
    const differences = labels.flatMap((other, i) =>
      other === label ? [Math.abs(Number(probabilities[i]) - confidence)] : [],
    );
    // A label that the reference does not have differs by all that there is.
    largest = Math.max(largest, Math.min(1, ...differences));
  }
  const first = labels[probabilities.indexOf(Math.max(...probabilities))];
  return { isFirstSame: predictions[0]?.label === first, largest };
}
