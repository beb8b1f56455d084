/** Prefix of every name that the rewrite adds to a graph, so that it cannot clash with the model's own names. */
export const PREFIX = 'batch_dispatch/';

/** Input of a rewritten graph: uint8 [n, height, width, 3], red, green, blue. */
export const IMAGE = `${PREFIX}image`;

/** Output of a rewritten graph: float32 [n, k], probabilities, best first. */
export const CONFIDENCE = `${PREFIX}confidence`;

/** Output of a rewritten graph: float32 [n, classes], probabilities in the order of the classes. */
export const SCORES = `${PREFIX}scores`;

/** Output of a rewritten graph: int32 [n, k], the classes that the values of CONFIDENCE belong to. */
export const LABEL_INDEX = `${PREFIX}label_index`;
