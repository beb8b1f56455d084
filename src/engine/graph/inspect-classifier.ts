import {
  type GraphProto,
  TensorProto_DataType,
  type TensorShapeProto,
  type TensorShapeProto_Dimension,
  type TypeProto_Tensor,
  type ValueInfoProto,
} from './generated/onnx_pb.js';
import { ModelRefusedError } from './model-refused-error.js';
import type { Graph } from './read-graph.js';

const CHANNELS = 3;
const IMAGE_SHAPES = '[n, 3, height, width] or [n, height, width, 3]';

/** What a classifier's graph states about its one input and its one output. */
export interface ClassifierFacts {
  readonly inputName: string;
  readonly outputName: string;
  readonly inputType: 'float32' | 'float16';
  readonly outputType: 'float32' | 'float16';
  /** Order of the input's dimensions; n is the batch, c the three channels. */
  readonly layout: 'nchw' | 'nhwc';
  /** Number of images that every run must have; undefined if batches may have any size. */
  readonly fixedBatch: number | undefined;
  /** In pixels; undefined if the graph does not fix the size. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Number of classes; undefined if the graph does not state it. */
  readonly classes: number | undefined;
  /** False if the scores have more dimensions than [n, classes], or if the graph does not state their shape. */
  readonly isFlat: boolean;
}

/**
 * Finds the image input and the scores of a graph and checks that they are those of a classifier.
 * Inputs that are weights (old files list them) do not count.
 *
 * @throws {ModelRefusedError} naming the input or output and what to change
 */
export function inspectClassifier({ graph }: Graph): ClassifierFacts {
  const input = only(inputsOf(graph), 'input');
  const output = only(graph.output, 'output');
  return { ...inspectInput(input), ...inspectOutput(output) };
}

function inputsOf({ input, initializer, sparseInitializer }: GraphProto): ValueInfoProto[] {
  const weights = new Set<string | undefined>([
    ...initializer.map(({ name }) => name),
    ...sparseInitializer.map(({ values }) => values?.name),
  ]);
  return input.filter(({ name }) => !weights.has(name));
}

function only(values: readonly ValueInfoProto[], kind: 'input' | 'output'): ValueInfoProto {
  const [value] = values;
  if (value && values.length === 1) return value;
  const names = values.map(({ name }) => `"${name}"`).join(', ') || 'none';
  throw new ModelRefusedError(
    `the model has ${values.length} ${kind}s (${names}); export it with exactly one`,
  );
}

function inspectInput(input: ValueInfoProto) {
  const tensor = tensorOf(input, 'input');
  const [batch, ...image] = tensor.shape?.dim ?? [];
  const sizes = image.map(sizeOf);
  const what = `the input "${input.name}"`;
  if (!batch || sizes.length !== 3) {
    throw new ModelRefusedError(
      `${what} is not an image: its shape must be ${IMAGE_SHAPES}, but is ${shown(tensor.shape)}`,
    );
  }
  const inputType = floatTypeOf(tensor, what);
  const layout = layoutOf(sizes);
  if (!layout) {
    throw new ModelRefusedError(
      `${what} does not show where its 3 channels are: its shape must be ${IMAGE_SHAPES}, but is ${shown(tensor.shape)}`,
    );
  }
  const fixedBatch = sizeOf(batch);
  const [height, width] = layout === 'nchw' ? sizes.slice(1) : sizes;
  return { inputName: input.name, inputType, layout, fixedBatch, width, height } as const;
}

/** Channels first if both dimensions are 3. */
function layoutOf(sizes: readonly (number | undefined)[]): 'nchw' | 'nhwc' | undefined {
  if (sizes[0] === CHANNELS) return 'nchw';
  return sizes[2] === CHANNELS ? 'nhwc' : undefined;
}

function inspectOutput(output: ValueInfoProto) {
  const tensor = tensorOf(output, 'output');
  const outputType = floatTypeOf(tensor, `the output "${output.name}"`);
  const dims = tensor.shape?.dim.slice(1).map(sizeOf);
  if (dims && (dims.length === 0 || dims.slice(1).some((size) => size !== 1))) {
    throw new ModelRefusedError(
      `the output "${output.name}" is not a score for each class: its shape must be [n, classes] or [n, classes, 1, 1], but is ${shown(tensor.shape)}`,
    );
  }
  const isFlat = dims?.length === 1;
  return { outputName: output.name, outputType, classes: dims?.[0], isFlat } as const;
}

function tensorOf({ name, type }: ValueInfoProto, kind: string): TypeProto_Tensor {
  if (type?.value.case === 'tensorType') return type.value.value;
  throw new ModelRefusedError(
    `the ${kind} "${name}" is not a tensor; export the model without sequences and maps (scikit-learn: zipmap=False)`,
  );
}

function floatTypeOf({ elemType }: TypeProto_Tensor, what: string): 'float32' | 'float16' {
  if (elemType === TensorProto_DataType.FLOAT) return 'float32';
  if (elemType === TensorProto_DataType.FLOAT16) return 'float16';
  throw new ModelRefusedError(
    `${what} has elements of type ${TensorProto_DataType[elemType] ?? elemType}; export the model with float32 or float16`,
  );
}

/** A dimension's size, or undefined if it is dynamic. */
function sizeOf({ value }: TensorShapeProto_Dimension): number | undefined {
  return value.case === 'dimValue' && value.value > 0n ? Number(value.value) : undefined;
}

/** A shape in readable form, such as [batch, 3, ?, ?]. */
function shown(shape: TensorShapeProto | undefined): string {
  if (!shape) return 'unknown';
  const dims = shape.dim.map((dim) => sizeOf(dim) ?? (dim.value.value || '?'));
  return `[${dims.join(', ')}]`;
}
