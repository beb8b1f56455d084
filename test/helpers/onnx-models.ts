import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../../src/engine/graph/generated/onnx_pb.js';
import {
  chain,
  floats,
  int64s,
  integer,
  integers,
  node,
  value,
} from '../../src/engine/graph/onnx-builders.js';

export { DataType };

export interface ClassifierOptions {
  readonly layout?: 'nchw' | 'nhwc';
  /** 1 for grey images: class c then scores brightness by the first number of its direction. */
  readonly channels?: 1 | 3;
  /** False omits the batch dimension from the input; default true. */
  readonly hasBatch?: boolean;
  readonly inputName?: string;
  readonly outputName?: string;
  /** Number of classes; class c scores DIRECTIONS[c % 7] highest. */
  readonly classes?: number;
  readonly batch?: 'dynamic' | number;
  readonly width?: number | 'dynamic';
  readonly height?: number | 'dynamic';
  /** 7 to 26. */
  readonly opset?: number;
  readonly irVersion?: number;
  /** Type of the input; the model casts it to float32. */
  readonly elemType?: DataType;
  /** Type of the output; the model casts its float32 scores to it. */
  readonly outputElemType?: DataType;
  /**
   * Shape of the scores, 'n' being the batch; default [n, classes]. 'unsaid' is [n, classes, 1, 1] without a shape in
   * the file.
   */
  readonly scores?: readonly ('n' | number)[] | 'unsaid';
  /** 'probabilities' adds a softmax to the model. */
  readonly output?: 'logits' | 'probabilities';
  /** Also lists the weights in graph.input, which IR versions before 4 always do. */
  readonly weightsAsInputs?: boolean;
}

/** Directions of the classes: red, green, blue, white, yellow, cyan, magenta. */
const DIRECTIONS: readonly (readonly number[])[] = [
  [6, -6, -6],
  [-6, 6, -6],
  [-6, -6, 6],
  [2, 2, 2],
  [3, 3, -6],
  [-6, 3, 3],
  [3, -6, 3],
];

/**
 * A model that scores the mean colour of an image: for a solid colour of DIRECTIONS, its class c is the best. From
 * class 7 on, the directions are repeated, each time weaker, so that no two classes tie. Channels count in the order
 * in which the model gets them.
 */
export function tinyClassifier(options: ClassifierOptions = {}): Uint8Array {
  const { layout = 'nchw', inputName = 'input', outputName = 'scores', classes = 4 } = options;
  const { batch = 'dynamic', width = 8, height = 8, opset = 13, irVersion = 8 } = options;
  const { elemType = DataType.FLOAT, outputElemType = DataType.FLOAT } = options;
  const { output = 'logits', weightsAsInputs = irVersion < 4 } = options;
  const { channels = 3, hasBatch = true, scores = ['n', classes] } = options;

  const constants = [weight(channels, classes), floats('bias', Array(classes).fill(0))];
  const n = batch === 'dynamic' ? 'n' : batch;
  const [w, h] = [width === 'dynamic' ? 'w' : width, height === 'dynamic' ? 'h' : height];
  const image = layout === 'nchw' ? [channels, h, w] : [h, w, channels];
  const nodes: NodeProto[] = [];
  if (!hasBatch) {
    nodes.push(node('Reshape', ['batch_of_one']));
    constants.push(int64s('batch_of_one', [1, ...image.map(Number)]));
  }
  if (elemType !== DataType.FLOAT) nodes.push(cast(DataType.FLOAT));
  if (layout === 'nchw') {
    nodes.push(node('GlobalAveragePool'));
  } else if (opset < 18) {
    nodes.push(node('ReduceMean', [], [integers('axes', [1, 2])]));
  } else {
    nodes.push(node('ReduceMean', ['axes']));
    constants.push(int64s('axes', [1, 2]));
  }
  nodes.push(node('Flatten', [], [integer('axis', 1)]), node('Gemm', ['weight', 'bias']));
  if (output === 'probabilities') nodes.push(node('Softmax', [], [integer('axis', 1)]));
  const dims = scores === 'unsaid' ? (['n', classes, 1, 1] as const) : scores;
  if (`${dims}` !== `n,${classes}`) {
    nodes.push(node('Reshape', ['shape']));
    constants.push(
      int64s(
        'shape',
        dims.map((size) => (size === 'n' ? -1 : size)),
      ),
    );
  }
  if (outputElemType !== DataType.FLOAT) nodes.push(cast(outputElemType));

  const given = value(
    outputName,
    outputElemType,
    dims.map((size) => (size === 'n' ? n : size)),
  );
  if (scores === 'unsaid') withoutShape(given);
  const graph = create(GraphProtoSchema, {
    name: 'tiny',
    node: chain(inputName, outputName, nodes),
    initializer: constants,
    input: [
      value(inputName, elemType, hasBatch ? [n, ...image] : image),
      ...(weightsAsInputs ? constants.map(asInput) : []),
    ],
    output: [given],
  });
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(irVersion),
      opsetImport: [{ domain: '', version: BigInt(opset) }],
      graph,
    }),
  );
}

function cast(to: DataType): NodeProto {
  return node('Cast', [], [integer('to', to)]);
}

/** [channels, classes]: one column per class. */
function weight(channels: 1 | 3, classes: number): TensorProto {
  const values = [0, 1, 2].slice(0, channels).flatMap((channel) =>
    Array.from({ length: classes }, (_, c) => {
      const direction = DIRECTIONS[c % DIRECTIONS.length];
      return Number(direction?.[channel]) / (1 + Math.floor(c / DIRECTIONS.length));
    }),
  );
  return { ...floats('weight', values), dims: [BigInt(channels), BigInt(classes)] };
}

function asInput({ name, dataType, dims }: TensorProto): ValueInfoProto {
  return value(name, dataType, dims.map(Number));
}

function withoutShape({ type }: ValueInfoProto): void {
  if (type?.value.case === 'tensorType') type.value.value.shape = undefined;
}

/** The default `model.json` of tests, which fits `tinyClassifier()`. */
export const MANIFEST = {
  name: 'tiny',
  input: {
    width: 8,
    height: 8,
    resize: 'squash',
    channelOrder: 'rgb',
    mean: [0, 0, 0],
    std: [255, 255, 255],
  },
  output: 'logits',
} as const;

export const LABELS = ['c0001 red', 'c0002 green', 'c0003 blue', 'c0004 white, pale'];

export interface ModelFolderParts {
  /** By default tinyClassifier(). */
  readonly onnx?: Uint8Array;
  /** A string is written as it is; by default LABELS, one per line. */
  readonly labels?: readonly string[] | string;
  /** Keys that override those of MANIFEST, `input` key by key; a string is written as it is. */
  readonly manifest?: string | { readonly input?: object; readonly [key: string]: unknown };
}

/** Writes a model folder that the server can serve, and creates the folder if necessary. */
export function writeModelFolder(dir: string, parts: ModelFolderParts = {}): void {
  const { onnx = tinyClassifier(), labels = LABELS, manifest = {} } = parts;
  const json =
    typeof manifest === 'string'
      ? manifest
      : JSON.stringify({
          ...MANIFEST,
          ...manifest,
          input: { ...MANIFEST.input, ...manifest.input },
        });
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'model.onnx'), onnx);
  writeFileSync(
    join(dir, 'labels.txt'),
    typeof labels === 'string' ? labels : `${labels.join('\n')}\n`,
  );
  writeFileSync(join(dir, 'model.json'), json);
}
