import { type Graph, inspectClassifier, type OutputWish } from '../../engine/graph/index.js';
import type { WeightFiles } from '../../engine/index.js';
import { megabytes } from './megabytes.js';

/** How many kinds of nodes are listed. */
const KINDS = 4;

/** One line of the description: its heading and its text. */
export type Finding = readonly [heading: string, text: string];

/**
 * Describes a model's file for people.
 *
 * @throws {ModelRefusedError} if the graph is not an image classifier
 */
export function describeGraph(
  parsed: Graph,
  bytes: number,
  weights: WeightFiles | undefined,
  wish: OutputWish,
): Finding[] {
  const { model, graph, opset } = parsed;
  const facts = inspectClassifier(parsed, wish);
  const { layout, channels, hasBatch, fixedBatch, width = 'any', height = 'any', classes } = facts;
  const image = layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  const shape = [...(hasBatch ? [fixedBatch ?? 'n'] : []), ...image];
  const order = channels === 1 ? 'grey' : `channels ${layout === 'nchw' ? 'first' : 'last'}`;
  const scores = classes === undefined ? 'as many scores as labels' : `${classes} scores`;
  const by = [model.producerName, model.producerVersion].filter(Boolean).join(' ');
  const made = by ? `, made by ${by}` : '';
  return [
    ['file', `${megabytes(bytes)}, opset ${opset}, IR version ${model.irVersion}${made}`],
    ...(weights
      ? [['weights', `${megabytes(weights.bytes)} in ${weights.names.join(', ')}`] as const]
      : []),
    ['nodes', `${graph.node.length}: ${kindsOf(graph.node.map(({ opType }) => opType))}`],
    ['input', `"${facts.inputName}", ${facts.inputType} [${shape.join(', ')}], ${order}`],
    [
      'output',
      `"${facts.outputName}", ${facts.outputType}, ${scores}${facts.isFlat ? '' : ', to be flattened'}`,
    ],
  ];
}

/** The most frequent operators, such as "Conv 26, Relu 26 and 3 other kinds". */
function kindsOf(opTypes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const opType of opTypes) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  const kinds = [...counts].sort(([, a], [, b]) => b - a);
  const listed = kinds.slice(0, KINDS).map(([opType, count]) => `${opType} ${count}`);
  const others = kinds.length - listed.length;
  return listed.join(', ') + (others > 0 ? ` and ${others} other kinds` : '');
}
