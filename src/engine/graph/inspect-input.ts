import { firstConvolution } from './first-convolution.js';
import {
  type GraphProto,
  TensorProto_DataType,
  type TensorShapeProto,
  type ValueInfoProto,
} from './generated/onnx_pb.js';
import { ModelRefusedError } from './model-refused-error.js';
import { type ElementType, elementTypeOf, shapeText, sizeOf } from './tensor-type.js';

const IMAGE_SHAPES =
  '[n, 3, height, width] or [n, height, width, 3], with 1 in the place of 3 for grey images, or one of these without n';

/** A graph may leave out the shape of its input. A batch of images has four dimensions. */
const UNSTATED = [undefined, undefined, undefined, undefined];

/** What a graph states about its image input. */
export interface InputFacts {
  readonly inputName: string;
  readonly inputType: ElementType;
  /** Order of the input's dimensions; n is the batch, c the channels. */
  readonly layout: 'nchw' | 'nhwc';
  /** Red, green and blue; or grey. */
  readonly channels: 1 | 3;
  /** False if the graph takes one image and has no batch dimension. */
  readonly hasBatch: boolean;
  /** Number of images that every run must have; undefined if batches may have any size. */
  readonly fixedBatch: number | undefined;
  /** In pixels; undefined if the graph does not fix the size. */
  readonly width: number | undefined;
  readonly height: number | undefined;
}

type Place = Pick<InputFacts, 'layout' | 'channels'>;

/**
 * @throws {ModelRefusedError} if the graph's only input is not an image
 */
export function inspectInput(graph: GraphProto): InputFacts {
  const input = onlyInput(graph);
  const what = `the input "${input.name}"`;
  if (input.type?.value.case !== 'tensorType') {
    throw new ModelRefusedError(
      `${what} is not a tensor; export the model without sequences and maps`,
    );
  }
  const tensor = input.type.value.value;
  const dims = tensor.shape?.dim.map(sizeOf) ?? UNSTATED;
  if (dims.length !== 3 && dims.length !== 4) throw notAnImage(what, tensor.shape);
  const inputType = elementTypeOf(tensor);
  if (!inputType) {
    throw new ModelRefusedError(
      `${what} has elements of type ${TensorProto_DataType[tensor.elemType] ?? tensor.elemType}; export the model with float32, float16, float64 or uint8`,
    );
  }
  const hasBatch = dims.length === 4;
  const image = hasBatch ? dims.slice(1) : dims;
  const place = placeOf(image) ?? (hasBatch ? placeByWeights(graph, input.name, what) : undefined);
  if (!place && !hasBatch) throw notAnImage(what, tensor.shape);
  if (!place) {
    throw new ModelRefusedError(
      `${what} does not show where its 3 channels are: its shape must be ${IMAGE_SHAPES}, but is ${shapeText(tensor.shape)}`,
    );
  }
  const [height, width] = place.layout === 'nchw' ? image.slice(1) : image;
  const fixedBatch = hasBatch ? dims[0] : 1;
  return { inputName: input.name, inputType, ...place, hasBatch, fixedBatch, width, height };
}

/** The graph's only input; inputs that are weights (old files list them) do not count. */
function onlyInput({ input, initializer, sparseInitializer }: GraphProto): ValueInfoProto {
  const weights = new Set<string | undefined>([
    ...initializer.map(({ name }) => name),
    ...sparseInitializer.map(({ values }) => values?.name),
  ]);
  const inputs = input.filter(({ name }) => !weights.has(name));
  const [only] = inputs;
  if (only && inputs.length === 1) return only;
  const names = inputs.map(({ name }) => `"${name}"`).join(', ') || 'none';
  throw new ModelRefusedError(
    `the model has ${inputs.length} inputs (${names}); export it with exactly one`,
  );
}

/** If both would fit, three channels are preferred to one, and first to last. */
function placeOf([first, , last]: readonly (number | undefined)[]): Place | undefined {
  for (const channels of [3, 1] as const) {
    if (first === channels) return { layout: 'nchw', channels };
    if (last === channels) return { layout: 'nhwc', channels };
  }
  return undefined;
}

function placeByWeights(graph: GraphProto, inputName: string, what: string): Place | undefined {
  const convolution = firstConvolution(graph, inputName);
  if (!convolution) return undefined;
  const { channels, layout } = convolution;
  if (channels === 1 || channels === 3) return { layout, channels };
  throw new ModelRefusedError(
    `${what} has ${channels} channels, according to the weights of its first convolution; images have 3, or 1 if they are grey`,
  );
}

function notAnImage(what: string, shape: TensorShapeProto | undefined): ModelRefusedError {
  return new ModelRefusedError(
    `${what} is not an image, and only image classifiers can be served: its shape must be ${IMAGE_SHAPES}, but is ${shapeText(shape)}`,
  );
}
