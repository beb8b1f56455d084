import {
  type TensorShapeProto_Dimension,
  TensorProto_DataType,
  type TypeProto_Tensor,
  type ValueInfoProto,
} from './generated/onnx_pb.js';
import { ModelRefusedError } from './model-refused-error.js';
import type { Graph } from './read-graph.js';

const CHANNELS = 3;

/** What a classifier's graph says of its one input and its one output. */
export interface ClassifierFacts {
  readonly inputName: string;
  readonly outputName: string;
  readonly inputType: 'float32' | 'float16';
  readonly outputType: 'float32' | 'float16';
  /** Order of the input's dimensions; n is the batch, c the three channels. */
  readonly layout: 'nchw' | 'nhwc';
  /** Undefined where the graph leaves the size open. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Undefined where the graph does not say. */
  readonly classes: number | undefined;
  /** False when the scores have more dimensions than [n, classes], or the graph does not say. */
  readonly isFlat: boolean;
}

/**
 * Finds the image input and the scores of a graph and checks that they are those of a classifier that takes
 * batches of any size.
 *
 * @throws {ModelRefusedError} naming the input or output and what to change
 */
export function inspectClassifier({ graph }: Graph): ClassifierFacts {
  const weights = new Set(graph.initializer.map(({ name }) => name));
  const input = only(
    graph.input.filter(({ name }) => !weights.has(name)),
    'input',
  );
  const output = only(graph.output, 'output');
  return { ...inspectInput(input), ...inspectOutput(output) };
}

function only(values: readonly ValueInfoProto[], kind: 'input' | 'output'): ValueInfoProto {
  const [value] = values;
  if (value && values.length === 1) return value;
  const names = values.map(({ name }) => `"${name}"`).join(', ') || 'none';
  throw new ModelRefusedError(
    `the model has ${values.length} ${kind}s (${names}); export it with one`,
  );
}

function inspectInput(input: ValueInfoProto) {
  const tensor = tensorOf(input, 'input');
  const [batch, ...image] = tensor.shape?.dim ?? [];
  const sizes = image.map(sizeOf);
  if (!batch || sizes.length !== 3) {
    throw new ModelRefusedError(
      `the input "${input.name}" is not an image: its shape must be [n, 3, height, width] or [n, height, width, 3]`,
    );
  }
  const fixed = sizeOf(batch);
  if (fixed !== undefined) {
    throw new ModelRefusedError(
      `the batch dimension of the input "${input.name}" is fixed at ${fixed}; export the model with a dynamic batch dimension (torch.onnx.export: dynamic_axes)`,
    );
  }
  const inputType = floatTypeOf(tensor, `input "${input.name}"`);
  const named = { inputName: input.name, inputType };
  if (sizes[0] === CHANNELS) {
    return { ...named, layout: 'nchw', height: sizes[1], width: sizes[2] } as const;
  }
  if (sizes[2] === CHANNELS) {
    return { ...named, layout: 'nhwc', height: sizes[0], width: sizes[1] } as const;
  }
  throw new ModelRefusedError(
    `the input "${input.name}" does not say where its 3 channels are: its shape must be [n, 3, height, width] or [n, height, width, 3]`,
  );
}

function inspectOutput(output: ValueInfoProto) {
  const tensor = tensorOf(output, 'output');
  const dims = tensor.shape?.dim.slice(1).map(sizeOf);
  const classes = dims?.[0];
  if (dims && (dims.length === 0 || dims.slice(1).some((size) => size !== 1))) {
    throw new ModelRefusedError(
      `the output "${output.name}" is not a score for each class: its shape must be [n, classes]`,
    );
  }
  const outputType = floatTypeOf(tensor, `output "${output.name}"`);
  return { outputName: output.name, outputType, classes, isFlat: dims?.length === 1 } as const;
}

function tensorOf({ name, type }: ValueInfoProto, kind: string): TypeProto_Tensor {
  if (type?.value.case === 'tensorType') return type.value.value;
  throw new ModelRefusedError(
    `the ${kind} "${name}" is not a tensor; export the model without sequences and maps`,
  );
}

function floatTypeOf({ elemType }: TypeProto_Tensor, what: string): 'float32' | 'float16' {
  if (elemType === TensorProto_DataType.FLOAT) return 'float32';
  if (elemType === TensorProto_DataType.FLOAT16) return 'float16';
  throw new ModelRefusedError(
    `the ${what} has elements of type ${TensorProto_DataType[elemType] ?? elemType}; export the model with float32`,
  );
}

/** A dimension's size, or undefined if it is open. */
function sizeOf({ value }: TensorShapeProto_Dimension): number | undefined {
  return value.case === 'dimValue' && value.value > 0n ? Number(value.value) : undefined;
}
