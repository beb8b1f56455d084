import type { ImageInput } from '../../../../engine/index.js';
import { Problem } from '../../../problem/problem.js';
import { bytesFromBase64, copyOf } from '../image-bytes.js';
import type { Upload } from '../upload-budget.js';
import type { InferTensor } from './infer-schema.js';
import { INPUT } from './infer-tensors.js';

/** The images of a request: either encoded, each in a buffer of its own, or decoded to pixels. */
export type InferImages =
  | { readonly kind: 'encoded'; readonly images: readonly Buffer[] }
  | { readonly kind: 'pixels'; readonly images: readonly Uint8Array[] };

export interface InputRules {
  /** The input that the model requires. */
  readonly input: ImageInput;
  readonly maxImages: number;
  readonly upload: Upload;
}

/** Each element of a binary BYTES tensor is preceded by its length, which takes this many bytes. */
const LENGTH_BYTES = 4;

/**
 * Reads the input tensor of an inference request.
 *
 * @param binary the bytes of the tensor, if they follow the JSON
 * @throws {Problem} unsupported_tensor, invalid_tensor, too_many_parts
 */
export function readInput(
  tensor: InferTensor,
  binary: Buffer | undefined,
  rules: InputRules,
): InferImages {
  const { name, datatype, shape, data } = tensor;
  if (name !== INPUT) throw new Problem('unsupported_tensor');
  if ((binary === undefined) === (data == null)) throw new Problem('invalid_tensor');
  const isEncodedRow = datatype === 'UINT8' && shape.length === 2 && shape[0] === 1;
  if (isEncodedRow) {
    const [, length = 0] = shape;
    return { kind: 'encoded', images: [bytesOf(tensor, binary, length)] };
  }
  const count = shape[0] ?? 0;
  if (count > rules.maxImages) throw new Problem('too_many_parts');
  if (datatype === 'BYTES' && (shape.length === 1 || (shape.length === 2 && shape[1] === 1))) {
    const images = binary
      ? elementsOf(binary, count, rules.upload)
      : textsOf(data ?? [], count).map((text) => bytesFromBase64(text, rules.upload));
    return { kind: 'encoded', images };
  }
  const { width, height } = rules.input;
  const isOfModel = `${shape.slice(1)}` === `${[height, width, 3]}`;
  if (datatype !== 'UINT8' || !isOfModel) throw new Problem('unsupported_tensor');
  if (count === 0) throw new Problem('empty_body');
  const imageBytes = height * width * 3;
  const pixels = bytesOf(tensor, binary, count * imageBytes);
  const images = Array.from({ length: count }, (_, i) =>
    pixels.subarray(i * imageBytes, (i + 1) * imageBytes),
  );
  return { kind: 'pixels', images };
}

/** The elements of a binary BYTES tensor. A single element may lack its length: perf_analyzer sends it so. */
function elementsOf(binary: Buffer, count: number, upload: Upload): Buffer[] {
  if (count === 0) throw new Problem('empty_body');
  const hasLength = binary.length >= LENGTH_BYTES;
  // Read as a length, the first bytes of an image file are over a billion.
  if (count === 1 && hasLength && binary.readUInt32LE() > binary.length) return [binary];
  const elements: Buffer[] = [];
  let at = 0;
  while (elements.length < count) {
    if (at + LENGTH_BYTES > binary.length) throw new Problem('invalid_tensor');
    const end = at + LENGTH_BYTES + binary.readUInt32LE(at);
    if (end > binary.length) throw new Problem('invalid_tensor');
    elements.push(binary.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  if (at !== binary.length) throw new Problem('invalid_tensor');
  // A single element is alone in the buffer of the body.
  return count === 1 ? elements : elements.map((element) => copyOf(element, upload));
}

/** The elements of a BYTES tensor in JSON: base64, either flat or one in each row. */
function textsOf(data: readonly unknown[], count: number): string[] {
  if (count === 0) throw new Problem('empty_body');
  const texts = data.flat(1);
  if (texts.length !== count) throw new Problem('invalid_tensor');
  return texts.map((text) => {
    if (typeof text !== 'string') throw new Problem('invalid_tensor');
    return text;
  });
}

/** The bytes of a UINT8 tensor. */
function bytesOf({ data }: InferTensor, binary: Buffer | undefined, length: number): Buffer {
  if (binary) {
    if (binary.length !== length) throw new Problem('invalid_tensor');
    return binary;
  }
  // The shape may lie, so memory is allocated only after the values have been counted.
  if (countLeaves(data) !== length) throw new Problem('invalid_tensor');
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  function fill(value: unknown): void {
    if (Array.isArray(value)) value.forEach(fill);
    else if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255) {
      bytes[at++] = Number(value);
    } else throw new Problem('invalid_tensor');
  }
  fill(data);
  return bytes;
}

function countLeaves(value: unknown): number {
  if (!Array.isArray(value)) return 1;
  let leaves = 0;
  for (const inner of value) leaves += countLeaves(inner);
  return leaves;
}
