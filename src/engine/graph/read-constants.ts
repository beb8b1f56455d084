import { type GraphProto, type TensorProto, TensorProto_DataType } from './generated/onnx_pb.js';

/** The int64 constants of a graph by name: initializers, and the values of Constant nodes. */
export function readConstants({ initializer, node }: GraphProto): Map<string, number[]> {
  const constants = new Map<string, number[]>();
  for (const tensor of initializer) {
    const numbers = int64sOf(tensor);
    if (numbers) constants.set(tensor.name, numbers);
  }
  for (const { opType, output, attribute } of node) {
    const [name] = output;
    if (opType !== 'Constant' || name === undefined) continue;
    for (const { name: kind, t, ints } of attribute) {
      const numbers = kind === 'value_ints' ? ints.map(Number) : t && int64sOf(t);
      if (numbers) constants.set(name, numbers);
    }
  }
  return constants;
}

function int64sOf({ dataType, int64Data, rawData, dims }: TensorProto): number[] | undefined {
  if (dataType !== TensorProto_DataType.INT64 || dims.length > 1) return undefined;
  if (rawData.length === 0) return int64Data.map(Number);
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  return Array.from({ length: rawData.length / 8 }, (_, i) =>
    Number(view.getBigInt64(8 * i, true)),
  );
}
