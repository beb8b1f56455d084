import {
  TensorProto_DataType as DataType,
  type TensorShapeProto,
  type TensorShapeProto_Dimension,
  type TypeProto_Tensor,
} from './generated/onnx_pb.js';

/** Element types that a model may use for its input and output, and their ONNX codes. */
const TYPES = {
  float32: DataType.FLOAT,
  float16: DataType.FLOAT16,
  float64: DataType.DOUBLE,
  uint8: DataType.UINT8,
} as const;

export type ElementType = keyof typeof TYPES;
export type FloatType = Exclude<ElementType, 'uint8'>;

export function dataTypeOf(type: ElementType): DataType {
  return TYPES[type];
}

/** Undefined for a type that is not supported. */
export function elementTypeOf({ elemType }: TypeProto_Tensor): ElementType | undefined {
  const names = Object.keys(TYPES) as ElementType[];
  return names.find((name) => TYPES[name] === elemType);
}

/** A dimension's size, or undefined if it is dynamic. */
export function sizeOf({ value }: TensorShapeProto_Dimension): number | undefined {
  return value.case === 'dimValue' && value.value > 0n ? Number(value.value) : undefined;
}

/** A shape in readable form, such as [batch, 3, ?, ?]. */
export function shapeText(shape: TensorShapeProto | undefined): string {
  if (!shape) return 'unknown';
  const dims = shape.dim.map((dim) => sizeOf(dim) ?? (dim.value.value || '?'));
  return `[${dims.join(', ')}]`;
}
