import {
  type ClassifierFacts,
  type Graph,
  lastActivation,
  ModelRefusedError,
} from '../graph/index.js';
import type { ModelManifest } from './model-manifest.js';

/**
 * Compares model.json with what the graph states itself.
 *
 * @returns a warning, a sentence; undefined if nothing is suspicious
 * @throws {ModelRefusedError} if they contradict each other
 */
export function checkManifest(
  { input, output }: ModelManifest,
  facts: ClassifierFacts,
  graph: Graph,
): string | undefined {
  checkOutput(output, facts, graph);
  const { mean, std } = input;
  const normalises = mean.some((value) => value !== 0) || std.some((value) => value !== 1);
  if (facts.inputType === 'uint8' && normalises) {
    throw new ModelRefusedError(
      'the model takes bytes and normalises them itself; set mean to [0, 0, 0] and std to [1, 1, 1] in model.json',
    );
  }
  if (facts.channels === 1 && !(isOneNumber(mean) && isOneNumber(std))) {
    throw new ModelRefusedError(
      'the model takes grey images, which have one channel; write the same number three times for mean, and for std, in model.json',
    );
  }
  if (!std.some((value) => value < 1)) return undefined;
  return `std in model.json is ${std.join(', ')}; mean and std must be on the scale 0 to 255, so multiply them by 255 if they are on the scale 0 to 1`;
}

function checkOutput(
  output: ModelManifest['output'],
  { outputName, classes }: ClassifierFacts,
  graph: Graph,
): void {
  if (output === 'logits' && classes === 1) {
    throw new ModelRefusedError(
      'the model gives one score, and the softmax of one score is always 1; set output to "sigmoid" in model.json',
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
