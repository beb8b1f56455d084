import {
  TensorProto_DataType as DataType,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
} from './generated/onnx_pb.js';
import { ModelRefusedError } from './model-refused-error.js';

/** Where a tensor lies that is not in the model's own file. */
export interface ExternalData {
  /** Name of the file, relative to the model's. */
  readonly location: string;
  readonly offset: number;
  /** In bytes; undefined means up to the end of the file. */
  readonly length: number | undefined;
}

/** Bytes of an element. Of other types, among them those that share bytes, the file alone states the length. */
const ELEMENT_BYTES: Readonly<Partial<Record<DataType, number>>> = {
  [DataType.BOOL]: 1,
  [DataType.INT8]: 1,
  [DataType.UINT8]: 1,
  [DataType.INT16]: 2,
  [DataType.UINT16]: 2,
  [DataType.FLOAT16]: 2,
  [DataType.BFLOAT16]: 2,
  [DataType.INT32]: 4,
  [DataType.UINT32]: 4,
  [DataType.FLOAT]: 4,
  [DataType.INT64]: 8,
  [DataType.UINT64]: 8,
  [DataType.DOUBLE]: 8,
};

/** The tensors of a model, in subgraphs and functions too, that lie in files of their own. */
export function externalTensors({ graph, functions }: ModelProto): TensorProto[] {
  return [...inGraph(graph), ...functions.flatMap(({ node }) => node.flatMap(inNode))];
}

function inGraph(graph: GraphProto | undefined): TensorProto[] {
  if (!graph) return [];
  return [
    ...graph.initializer.filter(isExternal),
    ...graph.sparseInitializer.flatMap(({ values, indices }) =>
      [values, indices].filter(isExternal),
    ),
    ...graph.node.flatMap(inNode),
  ];
}

function inNode({ attribute }: NodeProto): TensorProto[] {
  return attribute.flatMap(({ t, tensors, g, graphs }) => [
    ...[t, ...tensors].filter(isExternal),
    ...[g, ...graphs].flatMap(inGraph),
  ]);
}

function isExternal(tensor: TensorProto | undefined): tensor is TensorProto {
  return tensor?.dataLocation === TensorProto_DataLocation.EXTERNAL;
}

/** @throws {ModelRefusedError} if what the model states about the place of the tensor cannot be right */
export function externalDataOf(tensor: TensorProto): ExternalData {
  const entry = (name: string) => tensor.externalData.find(({ key }) => key === name)?.value;
  const number = (name: string, needed?: number) => {
    const text = entry(name);
    if (text === undefined) return needed;
    const value = Number(text);
    if (/^\d+$/.test(text) && value === (needed ?? value)) return value;
    const wanted = needed === undefined ? '' : `, but the tensor has ${needed} bytes`;
    throw new ModelRefusedError(
      `its weights are in another file, and the ${name} of "${tensor.name}" there is "${text}"${wanted}; export the model again`,
    );
  };
  const location = entry('location');
  if (!location) {
    throw new ModelRefusedError(
      `the weights "${tensor.name}" are in another file, which the model does not name; export the model again`,
    );
  }
  return { location, offset: number('offset') ?? 0, length: number('length', bytesOf(tensor)) };
}

function bytesOf({ dataType, dims }: TensorProto): number | undefined {
  const each = ELEMENT_BYTES[dataType as DataType];
  return each === undefined ? undefined : dims.reduce((all, size) => all * Number(size), each);
}
