import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../../problem/problem.js';
import { readJson } from '../read-json.js';
import { inferRequest } from './infer-schema.js';
import { OUTPUT } from './infer-tensors.js';
import { type InferImages, type InputRules, readInput } from './read-input.js';

/** The contents of an inference request. */
export interface InferOrder {
  readonly images: InferImages;
  readonly id?: string;
  /** The number of best classes to return; 0 returns the score of every class. */
  readonly classification: number;
  /** Whether the tensor of the answer follows its JSON as bytes. */
  readonly isBinary: boolean;
  readonly timeoutMs?: number;
}

/**
 * Reads Inference-Header-Content-Length: the number of bytes of JSON at the start of the body. Undefined if all of the body
 * is JSON.
 *
 * @throws {Problem} invalid_header
 */
export function readJsonLength(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['inference-header-content-length'];
  if (text === undefined) return undefined;
  if (typeof text !== 'string' || !/^\d{1,10}$/.test(text)) throw new Problem('invalid_header');
  return Number(text);
}

/**
 * Reads the body of an inference request: JSON, JSON followed by a binary tensor, or one raw image.
 *
 * @param body must be alone in its buffer, and must not be used after this call
 * @param jsonLength as returned by `readJsonLength`; 0 means that the body is one image, and that the answer is binary
 * @throws {Problem} empty_body, invalid_body, invalid_header, invalid_parameter; also as `readInput`
 */
export function readInferRequest(
  body: Buffer,
  jsonLength: number | undefined,
  rules: InputRules,
): InferOrder {
  if (body.length === 0) throw new Problem('empty_body');
  if (jsonLength === 0) {
    const images = { kind: 'encoded', images: [body] } as const;
    return { images, classification: 0, isBinary: true };
  }
  if (jsonLength !== undefined && jsonLength > body.length) throw new Problem('invalid_header');
  const json = body.subarray(0, jsonLength);
  const { id, inputs, outputs, parameters } = readJson(json, inferRequest);
  const [input, more] = inputs;
  if (!input || more) throw new Problem('unsupported_tensor');
  const [output, moreOutputs] = outputs ?? [];
  if ((output && output.name !== OUTPUT) || moreOutputs) throw new Problem('unsupported_tensor');
  const size = input.parameters?.binary_data_size;
  const binary = body.subarray(json.length);
  if (binary.length !== (size ?? 0)) throw new Problem('invalid_tensor');
  const { timeout } = parameters ?? {};
  return {
    images: readInput(input, size === undefined ? undefined : binary, rules),
    ...(id ? { id } : {}),
    classification: output?.parameters?.classification ?? parameters?.top_k ?? 0,
    isBinary: output?.parameters?.binary_data ?? parameters?.binary_data_output ?? false,
    ...(timeout === undefined ? {} : { timeoutMs: timeout / 1000 }),
  };
}
