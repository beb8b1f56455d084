import type { Graph } from './read-graph.js';

/** What changes the shape or the type of scores, and not their meaning. */
const PASSING = new Set([
  'Cast',
  'DequantizeLinear',
  'Dropout',
  'Flatten',
  'Identity',
  'QuantizeLinear',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
]);
const ACTIVATIONS = new Map([
  ['Softmax', 'softmax'],
  ['QLinearSoftmax', 'softmax'],
  ['Sigmoid', 'sigmoid'],
  ['QLinearSigmoid', 'sigmoid'],
] as const);

/** The softmax or the sigmoid that makes probabilities of a graph's scores; undefined where it ends in neither. */
export function lastActivation(
  { graph }: Graph,
  outputName: string,
): 'softmax' | 'sigmoid' | undefined {
  let name: string | undefined = outputName;
  for (;;) {
    const last = graph.node.find(({ output }) => output[0] === name);
    if (!last) return undefined;
    const activation = ACTIVATIONS.get(last.opType as 'Softmax');
    if (activation) return activation;
    if (!PASSING.has(last.opType)) return undefined;
    name = last.input[0];
  }
}
