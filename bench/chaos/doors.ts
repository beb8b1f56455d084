import { elements, inferBody } from '../../test/helpers/infer.js';
import type { Answer } from './answer-reader.js';
import { httpRequest } from './http-request.js';

/** The score of each class in an answer, by label or number. */
export type Result = ReadonlyMap<string, number>;

/** Why an image of a form has no result. */
export interface Refused {
  readonly error: { readonly status: number; readonly code: string };
}

/** A way to ask for the classes of images. */
export interface Door {
  readonly name: string;
  /** How many images one request may carry. */
  readonly maxImages: number;
  readonly request: (images: readonly Buffer[], headers?: Headers) => Buffer;
  /** Reads an answer with status 200: a result or a refusal for each image. */
  readonly read: (answer: Answer) => readonly (Result | Refused)[];
}

type Headers = Readonly<Record<string, string>>;

interface Prediction {
  readonly confidence: number;
  readonly label: string;
}

const BOUNDARY = 'chaos';
const MAX_IMAGES = 8;

const json = (answer: Answer): unknown => JSON.parse(answer.body.toString());

function best(predictions: readonly Prediction[]): Result {
  return new Map(predictions.map(({ confidence, label }) => [label, confidence]));
}

function rows(scores: readonly number[], count: number): Result[] {
  const classes = scores.length / count;
  return Array.from({ length: count }, (_, i) => {
    const row = scores.slice(i * classes, (i + 1) * classes);
    return new Map(row.map((score, k) => [String(k), score]));
  });
}

const classify: Door = {
  name: 'classify',
  maxImages: 1,
  request: ([image = Buffer.alloc(0)], headers = {}) =>
    httpRequest('POST', '/api/classify', { 'Content-Type': 'image/jpeg', ...headers }, image),
  read: (answer) => [best(json(answer) as Prediction[])],
};

const form: Door = {
  name: 'form',
  maxImages: MAX_IMAGES,
  request(images, headers = {}) {
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="image"\r\n\r\n`;
    const parts = images.flatMap((image) => [Buffer.from(head), image, Buffer.from('\r\n')]);
    const body = Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
    const type = `multipart/form-data; boundary=${BOUNDARY}`;
    return httpRequest('POST', '/api/classify', { 'Content-Type': type, ...headers }, body);
  },
  read: (answer) =>
    (json(answer) as ({ readonly predictions: Prediction[] } | Refused)[]).map((one) =>
      'error' in one ? one : best(one.predictions),
    ),
};

const infer: Door = {
  name: 'v2 infer',
  maxImages: MAX_IMAGES,
  request(images, headers = {}) {
    const tensor = elements(...images);
    const { body, headers: own } = inferBody(
      {
        inputs: [
          {
            name: 'image',
            datatype: 'BYTES',
            shape: [images.length],
            parameters: { binary_data_size: tensor.length },
          },
        ],
      },
      tensor,
    );
    return httpRequest('POST', '/v2/models/demo/infer', { ...own, ...headers }, body);
  },
  read(answer) {
    const { outputs } = json(answer) as { outputs: [{ shape: number[]; data: number[] }] };
    return rows(outputs[0].data, Number(outputs[0].shape[0]));
  },
};

const predict: Door = {
  name: 'v1 predict',
  maxImages: MAX_IMAGES,
  request(images, headers = {}) {
    const instances = images.map((image) => ({ b64: image.toString('base64') }));
    const body = Buffer.from(JSON.stringify({ instances }));
    return httpRequest('POST', '/v1/models/demo:predict', headers, body);
  },
  read: (answer) => {
    const { predictions } = json(answer) as { predictions: number[][] };
    return rows(predictions.flat(), predictions.length);
  },
};

export const CLASSIFY = classify;
export const FORM = form;
export const DOORS: readonly Door[] = [classify, form, infer, predict];
