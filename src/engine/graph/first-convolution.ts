import type { GraphProto, NodeProto, TensorProto } from './generated/onnx_pb.js';

/** Convolution operators, and the index of the input that holds the weights, [out, in / groups, ...]. */
const WEIGHTS: Readonly<Record<string, number>> = {
  Conv: 1,
  FusedConv: 1,
  ConvInteger: 1,
  QLinearConv: 3,
};
/** Operators between a convolution and its weights in a quantised model. */
const WRAPPERS = new Set(['Cast', 'DequantizeLinear', 'Identity', 'QuantizeLinear']);

/** What the first convolution on the image shows about the graph's input. */
export interface FirstConvolution {
  readonly channels: number;
  /** Order of the input's dimensions: channels last if it is transposed before the convolution. */
  readonly layout: 'nchw' | 'nhwc';
}

/** Undefined if no convolution processes the input, or if its weights are not in the graph. */
export function firstConvolution(
  graph: GraphProto,
  inputName: string,
): FirstConvolution | undefined {
  const layouts = new Map<string, FirstConvolution['layout']>([[inputName, 'nchw']]);
  // A graph lists its nodes in execution order.
  for (const node of graph.node) {
    const layout = node.input.map((name) => layouts.get(name)).find(Boolean);
    if (!layout) continue;
    const at = WEIGHTS[node.opType];
    if (at !== undefined) {
      const channels = channelsOf(graph, node, at);
      return channels === undefined ? undefined : { channels, layout };
    }
    const turned = movesChannelsFirst(node) ? 'nhwc' : layout;
    for (const name of node.output) layouts.set(name, turned);
  }
  return undefined;
}

function channelsOf(graph: GraphProto, node: NodeProto, at: number): number | undefined {
  const [, perGroup] = weightsOf(graph, node.input[at])?.dims ?? [];
  const groups = node.attribute.find(({ name }) => name === 'group')?.i ?? 1n;
  return perGroup === undefined ? undefined : Number(perGroup * groups);
}

function weightsOf(graph: GraphProto, name: string | undefined): TensorProto | undefined {
  const tensor = graph.initializer.find((one) => one.name === name);
  if (tensor) return tensor;
  const maker = graph.node.find(({ output }) => output[0] === name);
  if (maker?.opType === 'Constant') return maker.attribute.find(({ t }) => t)?.t;
  return maker && WRAPPERS.has(maker.opType) ? weightsOf(graph, maker.input[0]) : undefined;
}

function movesChannelsFirst({ opType, attribute }: NodeProto): boolean {
  const perm = attribute.find(({ name }) => name === 'perm')?.ints ?? [];
  return opType === 'Transpose' && `${perm}` === '0,3,1,2';
}
