import type { NodeProto, TensorProto } from './generated/onnx_pb.js';

/** Nodes to add before or after a model's own nodes, in order, and the constants that they need. */
export interface GraphPart {
  readonly nodes: readonly NodeProto[];
  readonly constants: readonly TensorProto[];
}
