import { chooseOutput, type OutputWish } from './choose-output.js';
import { type InputFacts, inspectInput } from './inspect-input.js';
import type { OutputFacts } from './inspect-output.js';
import type { Graph } from './read-graph.js';

/** What a classifier's graph says of its image and its scores. */
export interface ClassifierFacts extends InputFacts, OutputFacts {
  /** How many outputs there are besides the scores. */
  readonly otherOutputs: number;
}

/**
 * Finds the image input and the scores of a graph and checks that they are those of a classifier.
 *
 * @throws {ModelRefusedError} naming the input or output and what to change
 */
export function inspectClassifier({ graph }: Graph, wish: OutputWish = {}): ClassifierFacts {
  const input = inspectInput(graph);
  const output = chooseOutput(graph.output, input.fixedBatch, wish);
  // Scores of one image, whatever the input's shape promises.
  const fixedBatch = output.hasRows ? input.fixedBatch : 1;
  return { ...input, ...output, fixedBatch, otherOutputs: graph.output.length - 1 };
}
