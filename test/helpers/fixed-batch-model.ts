import { create, toBinary } from '@bufbuild/protobuf';
import {
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
} from '../../src/engine/graph/generated/onnx_pb.js';
import { chain, integer, node, value } from '../../src/engine/graph/onnx-builders.js';

export interface FixedBatchParts {
  /** From the mean colours, [1, 3, 1, 1], to the scores, [1, 3]; by default Flatten. */
  readonly head?: readonly NodeProto[];
  readonly constants?: readonly TensorProto[];
  /** Nodes outside the chain, which come first. */
  readonly first?: readonly NodeProto[];
  readonly batch?: number | 'n';
  readonly outputRows?: number;
  readonly opset?: number;
}

/** A classifier of 8x8 images that computes three scores from the mean colours with `head`; its batch is fixed at 1. */
export function fixedBatchModel(parts: FixedBatchParts = {}): Uint8Array {
  const { head = [node('Flatten', [], [integer('axis', 1)])], constants = [], first = [] } = parts;
  const { batch = 1, outputRows = 1, opset = 17 } = parts;
  const graph = create(GraphProtoSchema, {
    name: 'fixed',
    node: [...first, ...chain('pixels', 'scores', [node('GlobalAveragePool'), ...head])],
    initializer: [...constants],
    input: [value('pixels', DataType.FLOAT, [batch, 3, 8, 8])],
    output: [value('scores', DataType.FLOAT, [batch === 'n' ? batch : outputRows, 3])],
    // An exporter's annotations of intermediate values, which are true for one image only.
    valueInfo: [value('scores/0', DataType.FLOAT, [1, 3, 1, 1])],
  });
  const opsetImport = [{ domain: '', version: BigInt(opset) }];
  const model = create(ModelProtoSchema, { irVersion: 8n, opsetImport, graph });
  return toBinary(ModelProtoSchema, model);
}
