import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
} from '../../src/engine/graph/generated/onnx_pb.js';

/**
 * Moves the float32 weights of a model into a file of their own, as the exporter of PyTorch does by default.
 *
 * @param location what the model calls that file
 * @param last the last tensor says no length: it goes to the end of the file
 */
export function externalWeights(bytes: Uint8Array, location: string, last = false) {
  const model = fromBinary(ModelProtoSchema, bytes);
  const floats = (model.graph?.initializer ?? []).filter(
    ({ dataType }) => dataType === TensorProto_DataType.FLOAT,
  );
  let offset = 0;
  const parts = floats.map((tensor, i) => {
    const data = Buffer.from(Float32Array.from(tensor.floatData).buffer);
    const length = last && i === floats.length - 1 ? {} : { length: data.length };
    moveOut(tensor, { location, offset, ...length });
    offset += data.length;
    return data;
  });
  return { onnx: toBinary(ModelProtoSchema, model), weights: Buffer.concat(parts) };
}

function moveOut(tensor: TensorProto, entries: Record<string, string | number>): void {
  tensor.floatData = [];
  tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
  tensor.externalData = Object.entries(entries).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value: String(value) }),
  );
}
