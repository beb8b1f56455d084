import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './generated/onnx_pb.js';

// Short helpers that build the parts of an ONNX graph that the rewrite adds.

/** A node; `chain` fills in its first input and its output, and `constants` are its other inputs. */
export function node(
  opType: string,
  constants: readonly string[] = [],
  attribute: AttributeProto[] = [],
): NodeProto {
  return create(NodeProtoSchema, { opType, input: [...constants], attribute });
}

/**
 * Connects nodes one after another, from the value `from` to the value `to`. The nodes and the
 * values between them are named `name`/0, `name`/1 and so on.
 */
export function chain(
  from: string,
  to: string,
  nodes: readonly NodeProto[],
  name = to,
): NodeProto[] {
  return nodes.map((link, i) => {
    link.name = `${name}/${i}`;
    link.input.unshift(i === 0 ? from : `${name}/${i - 1}`);
    link.output.unshift(i === nodes.length - 1 ? to : link.name);
    return link;
  });
}

/** A node attribute that is one integer. */
export function integer(name: string, i: number): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(i) });
}

/** A node attribute that is a list of integers. */
export function integers(name: string, values: readonly number[]): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: values.map(BigInt) });
}

/** A float32 constant; one-dimensional unless `dims` says otherwise. */
export function floats(
  name: string,
  values: readonly number[],
  dims: readonly number[] = [values.length],
): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: DataType.FLOAT,
    floatData: [...values],
  });
}

/** A one-dimensional int64 constant. */
export function int64s(name: string, values: readonly number[]): TensorProto {
  const dims = [BigInt(values.length)];
  const int64Data = values.map(BigInt);
  return create(TensorProtoSchema, { name, dims, dataType: DataType.INT64, int64Data });
}

/** An input or output of the graph; a string stands for a dynamic dimension. */
export function value(
  name: string,
  elemType: DataType,
  dims: readonly (number | string)[],
): ValueInfoProto {
  const dim = dims.map((size) =>
    typeof size === 'number'
      ? ({ value: { case: 'dimValue', value: BigInt(size) } } as const)
      : ({ value: { case: 'dimParam', value: size } } as const),
  );
  const tensor = { elemType, shape: { dim } };
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: tensor } },
  });
}
