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
  /** From the mean colours, [1, 3, 1, 1], to the scores, [1, 3]; default: Flatten. */
  readonly head?: readonly NodeProto[];
  readonly constants?: readonly TensorProto[];
  /** Nodes outside the chain, which come first. */
  readonly first?: readonly NodeProto[];
  readonly batch?: number | 'n';
  readonly outputRows?: number;
  readonly opset?: number;
}

/** A classifier of 8x8 images whose three scores are what `head` makes of the mean colours, its batch fixed at 1. */
export function fixedBatchModel(parts: FixedBatchParts = {}): Uint8Array {
  const { head = [node('Flatten', [], [integer('axis', 1)])], constants = [], first = [] } = parts;
  const { batch = 1, outputRows = 1, opset = 17 } = parts;
  const graph = create(GraphProtoSchema, {
    name: 'fixed',
    node: [...first, ...chain('pixels', 'scores', [node('GlobalAveragePool'), ...head])],
    initializer: [...constants],
    input: [value('pixels', DataType.FLOAT, [batch, 3, 8, 8])],
    output: [value('scores', DataType.FLOAT, [batch === 'n' ? batch : outputRows, 3])],
    // What an exporter notes of the values between, true for one image only.
    valueInfo: [value('scores/0', DataType.FLOAT, [1, 3, 1, 1])],
  });
  const opsetImport = [{ domain: '', version: BigInt(opset) }];
  const model = create(ModelProtoSchema, { irVersion: 8n, opsetImport, graph });
  return toBinary(ModelProtoSchema, model);
}
