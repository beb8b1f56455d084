import { TensorProto_DataType as DataType, type NodeProto } from './generated/onnx_pb.js';
import type { GraphPart } from './graph-part.js';
import type { ClassifierFacts } from './inspect-classifier.js';
import { IMAGE, PREFIX } from './names.js';
import { chain, floats, int64s, integer, integers, node } from './onnx-builders.js';
import type { RewriteSpec } from './rewrite-spec.js';
import { dataTypeOf } from './tensor-type.js';

const MEAN = `${PREFIX}mean`;
const STD = `${PREFIX}std`;
const LUMA = `${PREFIX}luma`;
const HALF = `${PREFIX}half`;
const CHANNEL_AXIS = `${PREFIX}channel_axis`;
const REVERSED = `${PREFIX}reversed`;
const SHAPE = `${PREFIX}image_shape`;

const TO_NCHW = [0, 3, 1, 2];
const TO_NHWC = [0, 2, 3, 1];
/** Weights of red, green and blue in grey, as in Pillow's `convert("L")`. */
const LUMA_WEIGHTS = [19595 / 65536, 38470 / 65536, 7471 / 65536];
/** Since opset 13, ReduceSum takes its axes as an input; before, they were an attribute. */
const AXES_AS_INPUT = 13;

type Facts = Pick<ClassifierFacts, 'inputName' | 'inputType' | 'layout' | 'channels' | 'hasBatch'>;

/**
 * From IMAGE, uint8 [n, height, width, 3] in RGB, to what the model's own input was.
 *
 * Casts first and transposes afterwards: if a graph transposes bytes, TensorRT does not run all of it. Subtracts and
 * then divides, because a quantised model rounds, and (x - mean) / std does not round like x * scale + offset.
 */
export function preprocessing(facts: Facts, spec: RewriteSpec, opset: number): GraphPart {
  const { inputName, inputType, layout, channels, hasBatch } = facts;
  const { width, height } = spec;
  const toFloat = node('Cast', [], [integer('to', DataType.FLOAT)]);
  const pixels = channels === 1 ? grey(layout, spec, opset) : colour(layout, spec);
  const image = layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  const nodes = [
    toFloat,
    ...pixels.nodes,
    ...(inputType === 'float32' ? [] : [node('Cast', [], [integer('to', dataTypeOf(inputType))])]),
    ...(hasBatch ? [] : [node('Reshape', [SHAPE])]),
  ];
  return {
    nodes: chain(IMAGE, inputName, nodes, `${PREFIX}before`),
    constants: [...pixels.constants, ...(hasBatch ? [] : [int64s(SHAPE, image)])],
  };
}

function colour(
  layout: Facts['layout'],
  { channelOrder, mean, std, width }: RewriteSpec,
): GraphPart {
  const bgr = channelOrder === 'bgr';
  const { nodes, constants } = normalisation(mean, std, width);
  return {
    nodes: [
      ...nodes,
      // Swaps whole planes, because picking single values takes a CPU three times as long.
      ...(bgr || layout === 'nchw' ? [transpose(TO_NCHW)] : []),
      ...(bgr ? [node('Gather', [REVERSED], [integer('axis', 1)])] : []),
      ...(bgr && layout === 'nhwc' ? [transpose(TO_NHWC)] : []),
    ],
    constants: [...constants, ...(bgr ? [int64s(REVERSED, [2, 1, 0])] : [])],
  };
}

/** L = (R * 19595 + G * 38470 + B * 7471 + 32768) >> 16, which float32 represents exactly. */
function grey(
  layout: Facts['layout'],
  { mean, std, width }: RewriteSpec,
  opset: number,
): GraphPart {
  const axesAsInput = opset >= AXES_AS_INPUT;
  const { nodes, constants } = normalisation([mean[0]], [std[0]], 1);
  return {
    nodes: [
      node('Mul', [LUMA]),
      // Adds whole planes, because adding the three values of each pixel takes a CPU twice as long.
      transpose(TO_NCHW),
      axesAsInput
        ? node('ReduceSum', [CHANNEL_AXIS])
        : node('ReduceSum', [], [integers('axes', [1])]),
      node('Add', [HALF]),
      node('Floor'),
      ...nodes,
      ...(layout === 'nhwc' ? [transpose(TO_NHWC)] : []),
    ],
    constants: [
      aRow(LUMA, LUMA_WEIGHTS, width),
      ...(axesAsInput ? [int64s(CHANNEL_AXIS, [1])] : []),
      floats(HALF, [0.5]),
      ...constants,
    ],
  };
}

/** (x - mean) / std; steps that would change nothing are left out. */
function normalisation(mean: readonly number[], std: readonly number[], width: number): GraphPart {
  const moves = mean.some((value) => value !== 0);
  const scales = std.some((value) => value !== 1);
  return {
    nodes: [...(moves ? [node('Sub', [MEAN])] : []), ...(scales ? [node('Div', [STD])] : [])],
    constants: [
      ...(moves ? [aRow(MEAN, mean, width)] : []),
      ...(scales ? [aRow(STD, std, width)] : []),
    ],
  };
}

function transpose(perm: readonly number[]): NodeProto {
  return node('Transpose', [], [integers('perm', perm)]);
}

/**
 * One value per channel, repeated for each pixel of a row. With only three values a CPU takes ten times as long,
 * because ONNX Runtime then broadcasts them anew at every pixel.
 */
function aRow(name: string, channels: readonly number[], width: number) {
  const row = Array.from({ length: width }, () => channels).flat();
  return floats(name, row, [width, channels.length]);
}
