import {
  TensorProto_DataType as DataType,
  type TensorShapeProto,
  type TensorShapeProto_Dimension,
  type TypeProto_Tensor,
} from './generated/onnx_pb.js';

/** Types of elements that a model may take or give, and what ONNX calls them. */
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

/** Undefined for a type that is not served. */
export function elementTypeOf({ elemType }: TypeProto_Tensor): ElementType | undefined {
  const names = Object.keys(TYPES) as ElementType[];
  return names.find((name) => TYPES[name] === elemType);
}

/** A dimension's size, or undefined if it is open. */
export function sizeOf({ value }: TensorShapeProto_Dimension): number | undefined {
  return value.case === 'dimValue' && value.value > 0n ? Number(value.value) : undefined;
}

/** A shape as people write it, such as [batch, 3, ?, ?]. */
export function shapeText(shape: TensorShapeProto | undefined): string {
  if (!shape) return 'unknown';
  const dims = shape.dim.map((dim) => sizeOf(dim) ?? (dim.value.value || '?'));
  return `[${dims.join(', ')}]`;
}
