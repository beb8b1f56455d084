import {
  TensorProto_DataType,
  type TensorShapeProto,
  type TypeProto_Tensor,
  type ValueInfoProto,
} from './generated/onnx_pb.js';
import { ModelRefusedError } from './model-refused-error.js';
import { elementTypeOf, type FloatType, shapeText, sizeOf } from './tensor-type.js';

/** What a graph states about its scores. */
export interface OutputFacts {
  readonly outputName: string;
  readonly outputType: FloatType;
  /** Number of classes; undefined if the graph does not state it. */
  readonly classes: number | undefined;
  /** False if the scores have other dimensions than [n, classes], or if the graph does not state their shape. */
  readonly isFlat: boolean;
  /** False if the scores are those of one image, [classes], without a batch dimension. */
  readonly hasRows: boolean;
}

/**
 * @param fixedBatch number of images that every run must have, according to the input; undefined if it may vary
 * @throws {ModelRefusedError} if the output is not one score per class
 */
export function inspectOutput(output: ValueInfoProto, fixedBatch: number | undefined): OutputFacts {
  const what = `the output "${output.name}"`;
  if (output.type?.value.case !== 'tensorType') {
    throw new ModelRefusedError(
      `${what} is not a tensor; export the model without sequences and maps (scikit-learn: zipmap=False)`,
    );
  }
  const tensor = output.type.value.value;
  const outputType = floatTypeOf(tensor, what);
  const shape = scoresIn(tensor.shape, fixedBatch);
  if (!shape) {
    throw new ModelRefusedError(
      `${what} is not a score for each class: its shape must be [n, classes], [n, 1, classes], [n, classes, 1, 1], [n] or [classes], but is ${shapeText(tensor.shape)}`,
    );
  }
  return { outputName: output.name, outputType, ...shape };
}

type ScoreShape = Pick<OutputFacts, 'classes' | 'isFlat' | 'hasRows'>;

function scoresIn(
  shape: TensorShapeProto | undefined,
  fixedBatch: number | undefined,
): ScoreShape | undefined {
  if (!shape) return { classes: undefined, isFlat: false, hasRows: true };
  const [first, ...others] = shape.dim.map(sizeOf);
  if (others.length === 0) return scoresOfVector(shape, first, fixedBatch);
  // All but one must be 1; a dynamic dimension is taken to be the classes.
  const many = others.filter((size) => size !== 1);
  if (many.length > 1) return undefined;
  const classes = many.length === 0 ? 1 : many[0];
  return { classes, isFlat: others.length === 1, hasRows: true };
}

/** [n] is one score per image; [classes] or a single number are the scores of the only image. */
function scoresOfVector(
  { dim }: TensorShapeProto,
  size: number | undefined,
  fixedBatch: number | undefined,
): ScoreShape {
  if (dim.length === 0) return { classes: 1, isFlat: false, hasRows: false };
  const isBatch = size === fixedBatch || size === undefined;
  return { classes: isBatch ? 1 : size, isFlat: false, hasRows: isBatch };
}

function floatTypeOf(tensor: TypeProto_Tensor, what: string): FloatType {
  const type = elementTypeOf(tensor);
  if (type && type !== 'uint8') return type;
  throw new ModelRefusedError(
    `${what} has elements of type ${TensorProto_DataType[tensor.elemType] ?? tensor.elemType}; export the model with float32, float16 or float64`,
  );
}
