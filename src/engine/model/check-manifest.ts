import {
  type ClassifierFacts,
  type Graph,
  lastActivation,
  ModelRefusedError,
} from '../graph/index.js';
import type { ModelManifest } from './model-manifest.js';

/**
 * Holds model.json against what the graph says of itself.
 *
 * @returns a warning, a sentence; undefined if nothing is odd
 * @throws {ModelRefusedError} when the two contradict each other
 */
export function checkManifest(
  { input, output }: ModelManifest,
  facts: ClassifierFacts,
  graph: Graph,
): string | undefined {
  checkOutput(output, facts, graph);
  const { mean, std } = input;
  const isGiven = mean.some((value) => value !== 0) || std.some((value) => value !== 1);
  if (facts.inputType === 'uint8' && isGiven) {
    throw new ModelRefusedError(
      'the model takes bytes and normalises them itself; set mean to [0, 0, 0] and std to [1, 1, 1] in model.json',
    );
  }
  if (facts.channels === 1 && !(isOneNumber(mean) && isOneNumber(std))) {
    throw new ModelRefusedError(
      'the model takes grey images, whose one channel has one mean and one std; give each three times the same number in model.json',
    );
  }
  if (!std.some((value) => value < 1)) return undefined;
  return `std in model.json is ${std.join(', ')}; if mean and std are of the scale 0 to 1, multiply them by 255, as they must be of the scale 0 to 255`;
}

function checkOutput(
  output: ModelManifest['output'],
  { outputName, classes }: ClassifierFacts,
  graph: Graph,
): void {
  if (output === 'logits' && classes === 1) {
    throw new ModelRefusedError(
      'the model gives one score, and a softmax makes 1 of any single score; set output to "sigmoid" in model.json',
    );
  }
  const activation = lastActivation(graph, outputName);
  if (output === 'probabilities' || activation === undefined) return;
  throw new ModelRefusedError(
    `the graph ends in a ${activation}, but model.json says that its scores still need one; set output to "probabilities"`,
  );
}

function isOneNumber(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}
