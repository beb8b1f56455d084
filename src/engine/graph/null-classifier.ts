import { create, toBinary } from '@bufbuild/protobuf';
import {
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  ModelProtoSchema,
} from './generated/onnx_pb.js';
import { chain, node, value } from './onnx-builders.js';

/** A classifier that does almost nothing. Input: float32 [n, 3, 1, 1], one pixel; output: its channels, [n, 3]. */
export function nullClassifier(): Uint8Array {
  const graph = create(GraphProtoSchema, {
    name: 'null',
    node: chain('pixel', 'scores', [node('Flatten')]),
    input: [value('pixel', DataType.FLOAT, ['batch', 3, 1, 1])],
    output: [value('scores', DataType.FLOAT, ['batch', 3])],
  });
  const model = { irVersion: 8n, opsetImport: [{ domain: '', version: 17n }], graph };
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, model));
}
