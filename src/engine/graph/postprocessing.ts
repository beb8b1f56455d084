import { TensorProto_DataType as DataType } from './generated/onnx_pb.js';
import type { GraphPart } from './graph-part.js';
import type { ClassifierFacts } from './inspect-classifier.js';
import { CONFIDENCE, LABEL_INDEX, PREFIX } from './names.js';
import { chain, int64s, integer, node } from './onnx-builders.js';
import type { RewriteSpec } from './rewrite-spec.js';

const K = `${PREFIX}k`;
const SHAPE = `${PREFIX}shape`;
const INDICES = `${PREFIX}indices`;

/** Since opset 13, Softmax works along one axis; before, it worked on all axes from one on. */
const SOFTMAX_ALONG_AXIS = 13;
/** Since opset 10, TopK takes k as an input; before, it was an attribute. */
const TOP_K_WITH_INPUT = 10;

/** From the model's scores to CONFIDENCE and LABEL_INDEX, both [n, k], best first. */
export function postprocessing(
  { outputName, outputType, isFlat, classes }: ClassifierFacts,
  { output, classes: wanted }: Pick<RewriteSpec, 'output' | 'classes'>,
  k: number,
  opset: number,
): GraphPart {
  const kIsInput = opset >= TOP_K_WITH_INPUT;
  const softmaxAxis = opset >= SOFTMAX_ALONG_AXIS ? -1 : 1;
  const mustCheck = classes === undefined && wanted !== undefined;
  const topK = kIsInput ? node('TopK', [K]) : node('TopK', [], [integer('k', k)]);
  const best = chain(outputName, CONFIDENCE, [
    ...(outputType === 'float16' ? [node('Cast', [], [integer('to', DataType.FLOAT)])] : []),
    ...(mustCheck ? [node('Reshape', [SHAPE])] : []),
    ...(isFlat || mustCheck ? [] : [node('Flatten', [], [integer('axis', 1)])]),
    ...(output === 'logits' ? [node('Softmax', [], [integer('axis', softmaxAxis)])] : []),
    topK,
  ]);
  topK.output.push(INDICES);
  // In JavaScript, int64 values would be BigInts.
  const narrow = node('Cast', [], [integer('to', DataType.INT32)]);
  return {
    nodes: [...best, ...chain(INDICES, LABEL_INDEX, [narrow])],
    constants: [
      ...(kIsInput ? [int64s(K, [k])] : []),
      // 0 keeps the batch dimension; the Reshape fails if the number of scores differs.
      ...(mustCheck ? [int64s(SHAPE, [0, wanted])] : []),
    ],
  };
}
