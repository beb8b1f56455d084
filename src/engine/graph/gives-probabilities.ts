import type { Graph } from './read-graph.js';

/** Operators that change the shape or the type of scores but not their meaning. */
const PASSING = new Set([
  'Cast',
  'DequantizeLinear',
  'Dropout',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
]);
const PROBABILITIES = new Set(['Softmax', 'Sigmoid', 'QLinearSoftmax', 'QLinearSigmoid']);

/** Whether a graph ends in a softmax or a sigmoid, so that its scores are already probabilities. */
export function givesProbabilities({ graph }: Graph): boolean {
  let name = graph.output[0]?.name;
  for (;;) {
    const last = graph.node.find(({ output }) => output[0] === name);
    if (!last) return false;
    if (PROBABILITIES.has(last.opType)) return true;
    if (!PASSING.has(last.opType)) return false;
    name = last.input[0];
  }
}
