import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataType as DataType } from './generated/onnx_pb.js';
import { inspectClassifier } from './inspect-classifier.js';
import { ModelRefusedError } from './model-refused-error.js';
import { chain, floats, int64s, integer, integers, node, value } from './onnx-builders.js';
import { readGraph } from './read-graph.js';

/** What the new graph must do around the model. Channel values are in the order red, green, blue. */
export interface RewriteSpec {
  readonly width: number;
  readonly height: number;
  readonly channelOrder: 'rgb' | 'bgr';
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly output: 'logits' | 'probabilities';
  /** Classes kept of each image; at most the number of classes. */
  readonly topK: number;
}

/** Names of the rewritten graph. Every new name begins so, out of the way of the model's own. */
const PREFIX = 'batch_dispatch/';
export const IMAGE = `${PREFIX}image`;
export const CONFIDENCE = `${PREFIX}confidence`;
export const LABEL_INDEX = `${PREFIX}label_index`;

/**
 * Puts pre- and post-processing into the graph. The result takes IMAGE, uint8 [n, height, width, 3] in RGB, and
 * gives CONFIDENCE, float32 [n, topK], and LABEL_INDEX, int32 [n, topK], best first.
 *
 * Casts first and transposes last: TensorRT does not take a graph whole that transposes bytes.
 *
 * @throws {ModelRefusedError}
 */
export function rewriteClassifier(bytes: Uint8Array, spec: RewriteSpec): Uint8Array {
  const parsed = readGraph(bytes);
  const { model, graph, opset } = parsed;
  const facts = inspectClassifier(parsed);
  for (const side of ['width', 'height'] as const) {
    if (facts[side] !== undefined && facts[side] !== spec[side]) {
      throw new ModelRefusedError(
        `the input "${facts.inputName}" has ${side} ${facts[side]}, but model.json says ${spec[side]}; set input.${side} to ${facts[side]}`,
      );
    }
  }

  const bgr = spec.channelOrder === 'bgr';
  const inChannelOrder = (values: readonly number[]) => (bgr ? [...values].reverse() : values);
  const scale = inChannelOrder(spec.std.map((std) => 1 / std));
  const offset = inChannelOrder(spec.mean.map((mean, c) => -mean / Number(spec.std[c])));
  const before = chain(IMAGE, facts.inputName, [
    node('Cast', [], [integer('to', DataType.FLOAT)]),
    ...(bgr ? [node('Gather', [`${PREFIX}bgr`], [integer('axis', 3)])] : []),
    node('Mul', [`${PREFIX}scale`]),
    node('Add', [`${PREFIX}offset`]),
    ...(facts.inputType === 'float16' ? [node('Cast', [], [integer('to', DataType.FLOAT16)])] : []),
    ...(facts.layout === 'nchw' ? [node('Transpose', [], [integers('perm', [0, 3, 1, 2])])] : []),
  ]);
  const topK =
    opset >= 10 ? node('TopK', [`${PREFIX}k`]) : node('TopK', [], [integer('k', spec.topK)]);
  const after = chain(facts.outputName, CONFIDENCE, [
    ...(facts.outputType === 'float16' ? [node('Cast', [], [integer('to', DataType.FLOAT)])] : []),
    ...(facts.isFlat ? [] : [node('Flatten', [], [integer('axis', 1)])]),
    ...(spec.output === 'logits'
      ? [node('Softmax', [], [integer('axis', opset >= 13 ? -1 : 1)])]
      : []),
    topK,
  ]);
  topK.output.push(`${PREFIX}indices`);
  const narrow = node('Cast', [], [integer('to', DataType.INT32)]);
  after.push(...chain(`${PREFIX}indices`, LABEL_INDEX, [narrow]));

  graph.node = [...before, ...graph.node, ...after];
  graph.initializer.push(
    floats(`${PREFIX}scale`, scale),
    floats(`${PREFIX}offset`, offset),
    ...(bgr ? [int64s(`${PREFIX}bgr`, [2, 1, 0])] : []),
    ...(opset >= 10 ? [int64s(`${PREFIX}k`, [spec.topK])] : []),
  );
  graph.input = [
    value(IMAGE, DataType.UINT8, ['batch', spec.height, spec.width, 3]),
    ...graph.input.filter(({ name }) => name !== facts.inputName),
  ];
  graph.output = [
    value(CONFIDENCE, DataType.FLOAT, ['batch', spec.topK]),
    value(LABEL_INDEX, DataType.INT32, ['batch', spec.topK]),
  ];
  return toBinary(ModelProtoSchema, model);
}
