import {
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
} from './generated/onnx_pb.js';

/** Where a tensor lies that is not in the model's own file. */
export interface ExternalData {
  /** Name of the file, relative to the model's. */
  readonly location: string;
  readonly offset: number;
  /** In bytes; undefined means up to the end of the file. */
  readonly length: number | undefined;
}

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

export function externalDataOf({ externalData }: TensorProto): ExternalData {
  const entry = (name: string) => externalData.find(({ key }) => key === name)?.value;
  const length = entry('length');
  return {
    location: entry('location') ?? '',
    offset: Number(entry('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  };
}
