import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../../problem/problem.js';
import { readJson } from '../read-json.js';
import { inferRequest } from './infer-schema.js';
import { OUTPUT } from './infer-tensors.js';
import { type InferImages, type InputRules, readInput } from './read-input.js';

/** What an inference request asks for. */
export interface InferOrder {
  readonly images: InferImages;
  readonly id?: string;
  /** How many of the best classes; 0 is the scores of all. */
  readonly classification: number;
  /** Whether the answer's tensor comes behind its JSON. */
  readonly isBinary: boolean;
  readonly timeoutMs?: number;
}

/**
 * The Inference-Header-Content-Length of a request: bytes of JSON at the start of the body; undefined if all of it is.
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
 * Reads the body of an inference request: JSON, JSON with a binary tensor behind it, or one raw image.
 *
 * @param body alone in its buffer, and not used after this
 * @param jsonLength as `readJsonLength` gives it; 0 is a raw image, which gets a binary answer
 * @throws {Problem} empty_body, invalid_body, invalid_header, invalid_parameter; and as `readInput`
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
