import { TensorProto_DataType as DataType } from './generated/onnx_pb.js';
import type { GraphPart } from './graph-part.js';
import type { ClassifierFacts } from './inspect-classifier.js';
import { IMAGE, PREFIX } from './names.js';
import { chain, floats, int64s, integer, integers, node } from './onnx-builders.js';
import type { RewriteSpec } from './rewrite-spec.js';

const SCALE = `${PREFIX}scale`;
const OFFSET = `${PREFIX}offset`;
const REVERSED = `${PREFIX}reversed`;

const TO_NCHW = [0, 3, 1, 2];
const TO_NHWC = [0, 2, 3, 1];

/**
 * From IMAGE, uint8 [n, height, width, 3] in RGB, to what the model's own input was.
 *
 * Casts first and transposes afterwards: if a graph transposes bytes, TensorRT does not run all of it.
 */
export function preprocessing(facts: ClassifierFacts, spec: RewriteSpec): GraphPart {
  const { inputName, inputType, layout } = facts;
  const bgr = spec.channelOrder === 'bgr';
  const nodes = [
    node('Cast', [], [integer('to', DataType.FLOAT)]),
    node('Mul', [SCALE]),
    node('Add', [OFFSET]),
    ...(inputType === 'float16' ? [node('Cast', [], [integer('to', DataType.FLOAT16)])] : []),
    // Swaps whole planes, because picking single values takes a CPU three times as long.
    ...(bgr || layout === 'nchw' ? [node('Transpose', [], [integers('perm', TO_NCHW)])] : []),
    ...(bgr ? [node('Gather', [REVERSED], [integer('axis', 1)])] : []),
    ...(bgr && layout === 'nhwc' ? [node('Transpose', [], [integers('perm', TO_NHWC)])] : []),
  ];
  const { mean, std, width } = spec;
  const scale = std.map((s) => 1 / s);
  const offset = [-mean[0] / std[0], -mean[1] / std[1], -mean[2] / std[2]];
  const constants = [
    aRow(SCALE, scale, width),
    aRow(OFFSET, offset, width),
    ...(bgr ? [int64s(REVERSED, [2, 1, 0])] : []),
  ];
  return { nodes: chain(IMAGE, inputName, nodes, `${PREFIX}before`), constants };
}

/**
 * One value per channel, repeated for each pixel of a row. With only three values a CPU takes ten times as long,
 * because ONNX Runtime then broadcasts them anew at every pixel.
 */
function aRow(name: string, channels: readonly number[], width: number) {
  const row = Array.from({ length: width }, () => channels).flat();
  return floats(name, row, [width, channels.length]);
}
