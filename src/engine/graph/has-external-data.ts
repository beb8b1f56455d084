import {
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
} from './generated/onnx_pb.js';

/** Whether any tensor of the model, including those of subgraphs and functions, is stored in a separate file. */
export function hasExternalData({ graph, functions }: ModelProto): boolean {
  return inGraph(graph) || functions.some(({ node }) => node.some(inNode));
}

function inGraph(graph: GraphProto | undefined): boolean {
  if (!graph) return false;
  return (
    graph.initializer.some(inTensor) ||
    graph.sparseInitializer.some(({ values, indices }) => inTensor(values) || inTensor(indices)) ||
    graph.node.some(inNode)
  );
}

function inNode({ attribute }: NodeProto): boolean {
  return attribute.some(
    ({ t, tensors, g, graphs }) =>
      inTensor(t) || tensors.some(inTensor) || inGraph(g) || graphs.some(inGraph),
  );
}

function inTensor(tensor: TensorProto | undefined): boolean {
  return tensor?.dataLocation === TensorProto_DataLocation.EXTERNAL;
}
