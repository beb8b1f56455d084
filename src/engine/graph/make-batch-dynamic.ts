import { toBinary } from '@bufbuild/protobuf';
import type { OutputWish } from './choose-output.js';
import {
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './generated/onnx_pb.js';
import { inspectClassifier } from './inspect-classifier.js';
import { int64s } from './onnx-builders.js';
import { readConstants } from './read-constants.js';
import { readGraph } from './read-graph.js';
import { repeatTokens } from './repeat-tokens.js';

const BATCH = 'batch';
/** The attribute of a Reshape for which a size of zero is zero, and not that of the input. */
const ALLOW_ZERO = 'allowzero';

/** Operators whose constant sizes would be wrong for a batch, and the input that holds these sizes. */
const SIZED = { Reshape: 1, Expand: 1, Tile: 1, Resize: 3 } as const;

/** The batch dimension of a graph cannot be made dynamic; the message is the reason, a part of a sentence. */
export class FixedBatchError extends Error {
  override readonly name = 'FixedBatchError';
}

/**
 * Makes the batch dimension of a classifier dynamic if its graph fixes it at 1: in the input, in the scores, in the
 * constant shapes of its Reshape nodes, and in what its Concat nodes add to an image. A graph whose input is dynamic may
 * still have such nodes. Nodes may depend on the batch in other ways that this function does not detect, so use the
 * result only after a test with a batch.
 *
 * @returns `bytes` itself if there is nothing to change
 * @throws {FixedBatchError} naming the obstacle
 * @throws {ModelRefusedError} if the graph is not an image classifier
 */
export function makeBatchDynamic(bytes: Uint8Array, wish: OutputWish = {}): Uint8Array {
  const parsed = readGraph(bytes);
  const { model, graph, opset } = parsed;
  const { inputName, outputName, fixedBatch, hasBatch, hasRows } = inspectClassifier(parsed, wish);
  if (!hasBatch) throw new FixedBatchError('its input has no batch dimension');
  if (!hasRows) throw new FixedBatchError('its scores have no batch dimension');
  if (fixedBatch !== undefined && fixedBatch !== 1) {
    throw new FixedBatchError(`it is fixed at ${fixedBatch}`);
  }
  const isChanged = openNodes(graph, inputName, opset);
  if (fixedBatch === undefined && !isChanged) return bytes;
  for (const value of graph.input.filter(({ name }) => name === inputName)) openBatch(value);
  for (const value of graph.output.filter(({ name }) => name === outputName)) openBatch(value);
  // These are only annotations, and are now wrong; the runtime infers them again.
  graph.valueInfo = [];
  return toBinary(ModelProtoSchema, model);
}

function openBatch({ name, type }: ValueInfoProto): void {
  const shape = type?.value.case === 'tensorType' ? type.value.value.shape : undefined;
  const first = shape?.dim[0];
  if (!first) return;
  if (first.value.case === 'dimValue' && first.value.value > 1n) {
    throw new FixedBatchError(`"${name}" has ${first.value.value} rows`);
  }
  first.value = { case: 'dimParam', value: BATCH };
}

/**
 * Changes only nodes that process data from the image; sizes of weights stay as they are.
 *
 * @returns whether there were any to change
 */
function openNodes(graph: GraphProto, inputName: string, opset: number): boolean {
  let isChanged = false;
  const constants = readConstants(graph);
  const fromImage = new Set([inputName]);
  // A graph lists its nodes in execution order.
  graph.node = graph.node.flatMap((node) => {
    if (!node.input.some((name) => fromImage.has(name))) return [node];
    for (const name of node.output) fromImage.add(name);
    const repeated = repeatTokens(node, fromImage, opset);
    const shape = openShape(node, constants, fromImage);
    graph.initializer.push(...(repeated?.constants ?? []), ...(shape ? [shape] : []));
    isChanged ||= repeated !== undefined || shape !== undefined;
    return repeated?.nodes ?? [node];
  });
  return isChanged;
}

/** @returns the new constant sizes of the node; undefined if they stay as they are */
function openShape(
  node: NodeProto,
  constants: ReadonlyMap<string, number[]>,
  fromImage: ReadonlySet<string>,
): TensorProto | undefined {
  if (!isSized(node.opType) || !fromImage.has(node.input[0] ?? '')) return undefined;
  const at = SIZED[node.opType];
  const sizes = constants.get(node.input[at] ?? '');
  // Some exporters write this input but leave it empty.
  if (!sizes || sizes.length === 0) return undefined;
  const open = openSizes(node, sizes);
  if (open === sizes) return undefined;
  const shape = int64s(`${node.output[0]}/open_batch`, open);
  node.input[at] = shape.name;
  return shape;
}

function isSized(opType: string): opType is keyof typeof SIZED {
  return Object.hasOwn(SIZED, opType);
}

/** @returns `sizes` itself if they are right for every batch */
function openSizes(node: NodeProto, sizes: readonly number[]): readonly number[] {
  const [first, ...others] = sizes;
  // A first size of 1 repeats the batch once, or keeps its length.
  if (node.opType === 'Expand' || node.opType === 'Tile') {
    if (first === 1) return sizes;
    throw stuck(node, sizes);
  }
  if (node.opType === 'Resize') throw stuck(node, sizes);
  if (first === 0 || first === -1) return sizes;
  // What a size of several rows counts, such as the windows of an image, grows with the batch.
  if (!others.includes(-1)) return [-1, ...others];
  if (first !== 1) throw stuck(node, sizes);
  // Where zero means zero, as in [1, 0], no value is left that means "keep the batch".
  if (others.includes(0) && hasZeroAsZero(node)) throw stuck(node, sizes);
  node.attribute = node.attribute.filter(({ name }) => name !== ALLOW_ZERO);
  return [0, ...others];
}

function hasZeroAsZero({ attribute }: NodeProto): boolean {
  return attribute.some(({ name, i }) => name === ALLOW_ZERO && i !== 0n);
}

function stuck({ opType, name, output }: NodeProto, sizes: readonly number[]): FixedBatchError {
  return new FixedBatchError(
    `its ${opType} node "${name || output[0]}" is built for one image (sizes ${sizes.join(', ')})`,
  );
}
