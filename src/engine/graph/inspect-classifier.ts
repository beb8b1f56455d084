import { chooseOutput, type OutputWish } from './choose-output.js';
import { type InputFacts, inspectInput } from './inspect-input.js';
import type { OutputFacts } from './inspect-output.js';
import type { Graph } from './read-graph.js';

/** What a classifier's graph states about its image and its scores. */
export interface ClassifierFacts extends InputFacts, OutputFacts {
  /** Number of outputs besides the scores. */
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
  // If the scores are those of one image, the batch is 1, whatever the input's shape states.
  const fixedBatch = output.hasRows ? input.fixedBatch : 1;
  return { ...input, ...output, fixedBatch, otherOutputs: graph.output.length - 1 };
}
