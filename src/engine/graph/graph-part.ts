import type { NodeProto, TensorProto } from './generated/onnx_pb.js';

/** Nodes to put before or after a model's own, in order, and the constants they need. */
export interface GraphPart {
  readonly nodes: readonly NodeProto[];
  readonly constants: readonly TensorProto[];
}
