import { TensorProto_DataType as DataType, type NodeProto } from './generated/onnx_pb.js';
import type { GraphPart } from './graph-part.js';
import type { ClassifierFacts } from './inspect-classifier.js';
import { CONFIDENCE, LABEL_INDEX, PREFIX, SCORES } from './names.js';
import { chain, int64s, integer, node } from './onnx-builders.js';
import type { RewriteSpec } from './rewrite-spec.js';

const K = `${PREFIX}k`;
const SHAPE = `${PREFIX}shape`;
const INDICES = `${PREFIX}indices`;

/** Since opset 13, Softmax works along one axis; before, it worked on all axes from one on. */
const SOFTMAX_ALONG_AXIS = 13;
/** Since opset 10, TopK takes k as an input; before, it was an attribute. */
const TOP_K_WITH_INPUT = 10;

/** From the model's output to SCORES, [n, classes], and then to CONFIDENCE and LABEL_INDEX, [n, k], best first. */
export function postprocessing(
  facts: ClassifierFacts,
  { output, classes: wanted }: Pick<RewriteSpec, 'output' | 'classes'>,
  k: number,
  opset: number,
): GraphPart {
  const { outputName, outputType } = facts;
  const kIsInput = opset >= TOP_K_WITH_INPUT;
  const topK = kIsInput ? node('TopK', [K]) : node('TopK', [], [integer('k', k)]);
  const shape = rowsOf(facts, wanted);
  const toScores = [
    ...(outputType === 'float32' ? [] : [node('Cast', [], [integer('to', DataType.FLOAT)])]),
    ...shape.nodes,
    ...activation(output, opset),
  ];
  const scores = toScores.length > 0 ? toScores : [node('Identity')];
  const best = chain(SCORES, CONFIDENCE, [topK]);
  topK.output.push(INDICES);
  // In JavaScript, int64 values would be BigInts.
  const narrow = node('Cast', [], [integer('to', DataType.INT32)]);
  return {
    nodes: [
      ...chain(outputName, SCORES, scores),
      ...best,
      ...chain(INDICES, LABEL_INDEX, [narrow]),
    ],
    constants: [...(kIsInput ? [int64s(K, [k])] : []), ...shape.constants],
  };
}

/** To [n, classes]. If the graph does not state its number of scores, the run fails unless it is `wanted`. */
function rowsOf({ classes, isFlat, hasRows }: ClassifierFacts, wanted?: number): GraphPart {
  if (isFlat && classes !== undefined) return { nodes: [], constants: [] };
  const columns = classes ?? wanted;
  if (columns === undefined) {
    return { nodes: [node('Flatten', [], [integer('axis', 1)])], constants: [] };
  }
  // 0 keeps the batch dimension.
  const shape = int64s(SHAPE, [hasRows ? 0 : 1, columns]);
  return { nodes: [node('Reshape', [SHAPE])], constants: [shape] };
}

function activation(output: RewriteSpec['output'], opset: number): NodeProto[] {
  if (output === 'probabilities') return [];
  if (output === 'sigmoid') return [node('Sigmoid')];
  return [node('Softmax', [], [integer('axis', opset >= SOFTMAX_ALONG_AXIS ? -1 : 1)])];
}
