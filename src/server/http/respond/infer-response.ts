import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ImageSettlement } from '../../models/classifier.js';
import type { ServedModel } from '../../models/served-model.js';
import type { Exchange } from '../exchange.js';
import { VERSION } from '../receive/find-model.js';
import { OUTPUT } from '../receive/v2/infer-tensors.js';
import { settlementHeaders } from './settlement-headers.js';

export interface InferFormat {
  readonly exchange: Exchange;
  readonly model: Pick<ServedModel, 'name' | 'labels'>;
  /** The id of the request, if it has one. */
  readonly id?: string;
  /** The number of best classes to return; 0 returns the score of every class. */
  readonly classification: number;
  /** Whether the tensor follows the JSON as bytes. */
  readonly isBinary: boolean;
  /** Whether the connection ends after the answer. */
  readonly close: boolean;
}

/** A smaller answer is not compressed. */
const MIN_GZIP_BYTES = 1024;
const compress = promisify(gzip);

/** The answer of the Open Inference Protocol: one output tensor with one row for each image. */
export async function inferResponse(
  settlements: readonly ImageSettlement[],
  format: InferFormat,
): Promise<Response> {
  const { exchange, model, id, classification, isBinary, close } = format;
  const tensor =
    classification > 0
      ? bestClasses(settlements, model.labels, classification)
      : allScores(settlements);
  const binary = isBinary ? tensor.bytes() : undefined;
  const answer = {
    model_name: model.name,
    model_version: VERSION,
    ...(id === undefined ? {} : { id }),
    outputs: [
      {
        name: OUTPUT,
        datatype: tensor.datatype,
        shape: tensor.shape,
        ...(binary ? { parameters: { binary_data_size: binary.length } } : { data: tensor.data() }),
      },
    ],
  };
  const json = Buffer.from(JSON.stringify(answer));
  const body = binary ? Buffer.concat([json, binary]) : json;
  const headers = settlementHeaders(exchange, settlements, close);
  headers['Content-Type'] = binary ? 'application/octet-stream' : 'application/json';
  if (binary) headers['Inference-Header-Content-Length'] = String(json.length);
  headers['Vary'] = 'Accept-Encoding';
  if (body.length < MIN_GZIP_BYTES || !acceptsGzip(exchange))
    return new Response(body, { headers });
  headers['Content-Encoding'] = 'gzip';
  return new Response(await compress(body, { level: 1 }), { headers });
}

/** An output tensor: its description, and its values for JSON and as bytes. */
interface OutputTensor {
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: () => readonly (number | string)[];
  readonly bytes: () => Buffer;
}

/** FP32 [n, classes], in full precision. */
function allScores(settlements: readonly ImageSettlement[]): OutputTensor {
  const rows = settlements.map(({ output }) => output.all ?? new Float32Array(0));
  return {
    datatype: 'FP32',
    shape: [rows.length, rows[0]?.length ?? 0],
    data: () => rows.flatMap((row) => [...row]),
    bytes: () =>
      Buffer.concat(rows.map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength))),
  };
}

/** BYTES [n, k]: texts of the form "score:class:label", best first, as Triton's classification extension defines. */
function bestClasses(
  settlements: readonly ImageSettlement[],
  labels: readonly string[],
  count: number,
): OutputTensor {
  const k = Math.min(count, settlements[0]?.output.confidence.length ?? 0);
  const texts = settlements.flatMap(({ output: { confidence, labelIndex } }) =>
    Array.from({ length: k }, (_, i) => {
      const label = Number(labelIndex[i]);
      return `${Number(confidence[i]).toFixed(6)}:${label}:${labels[label]}`;
    }),
  );
  return {
    datatype: 'BYTES',
    shape: [settlements.length, k],
    data: () => texts,
    bytes: () => Buffer.concat(texts.map(withLength)),
  };
}

/** An element of a binary BYTES tensor: its length, then its bytes. */
function withLength(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text)]);
}

function acceptsGzip({ incoming }: Exchange): boolean {
  const accepted = String(incoming.headers['accept-encoding'] ?? '');
  return accepted.split(',').some((one) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(one));
}
