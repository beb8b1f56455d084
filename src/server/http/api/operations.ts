import { z } from 'zod';
import { huggingFaceRequest } from '../receive/hugging-face-route.js';
import { predictRequest } from '../receive/predict-schema.js';
import { inferRequest } from '../receive/v2/infer-schema.js';
import * as answers from './answers.js';

/** One method at one path. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put';
  /** Parameters are in braces. */
  readonly path: string;
  readonly summary: string;
  readonly query?: readonly ('model' | 'top_k')[];
  readonly body?: RequestBody;
  /** The schema of the successful answer; "text" is the Prometheus format. */
  readonly answer: z.ZodType | 'text';
  /** Other methods and paths with the same behaviour. */
  readonly also?: readonly (readonly ['get' | 'post' | 'put', string])[];
}

/** The forms in which a path accepts images. */
export interface RequestBody {
  /** The body is an image. */
  readonly image?: boolean;
  /** The body is multipart/form-data with one or more images. */
  readonly form?: boolean;
  readonly json?: z.ZodType;
  /** An example of that JSON; `IMAGE` stands for an image in base64. */
  readonly example?: unknown;
  /** The body is JSON followed by a binary tensor. */
  readonly binary?: boolean;
}

const IMAGE = 'IMAGE';

/** Every operation of the API, in the order of docs/api.md. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/classify',
    summary: 'Classifies one image, or the images of a form.',
    query: ['model', 'top_k'],
    body: { image: true, form: true },
    answer: answers.classification,
    also: [
      ['put', '/api/classify'],
      ['post', '/invocations'],
    ],
  },
  {
    method: 'post',
    path: '/v2/models/{name}/infer',
    summary:
      'Open Inference Protocol: scores of every class, or the best classes. With Inference-Header-Content-Length, a binary tensor follows the JSON; if it is 0, the body is one image.',
    body: {
      json: inferRequest,
      binary: true,
      example: { inputs: [{ name: 'image', datatype: 'BYTES', shape: [1], data: [IMAGE] }] },
    },
    answer: answers.inferAnswer,
    also: [['post', '/v2/models/{name}/versions/{version}/infer']],
  },
  {
    method: 'post',
    path: '/v1/models/{name}:predict',
    summary: 'KServe v1 and TensorFlow Serving: scores of every class for each image.',
    body: { json: predictRequest, example: { instances: [{ b64: IMAGE }] } },
    answer: answers.predictAnswer,
    also: [['post', '/v1/models/{name}/versions/{version}:predict']],
  },
  {
    method: 'post',
    path: '/predictions/{name}',
    summary: 'TorchServe: the best labels of one image.',
    query: ['top_k'],
    body: { image: true, form: true },
    answer: answers.labelsWithShares,
    also: [
      ['put', '/predictions/{name}'],
      ['post', '/predictions/{name}/{version}'],
      ['put', '/predictions/{name}/{version}'],
    ],
  },
  {
    method: 'post',
    path: '/models/{name}',
    summary: 'Hugging Face: the best labels of one image with their scores.',
    query: ['top_k'],
    body: {
      image: true,
      json: huggingFaceRequest,
      example: { inputs: IMAGE, parameters: { top_k: 3 } },
    },
    answer: answers.labelsWithScores,
    also: [['put', '/models/{name}']],
  },
  {
    method: 'get',
    path: '/',
    summary:
      'Whether the server is alive. Who accepts text/html, as browsers do, gets a page instead.',
    answer: answers.alive,
  },
  {
    method: 'get',
    path: '/ping',
    summary: 'Whether the server is healthy.',
    answer: answers.healthy,
  },
  {
    method: 'get',
    path: '/v2/health/live',
    summary: 'Whether the server is alive.',
    answer: answers.live,
  },
  {
    method: 'get',
    path: '/v2/health/ready',
    summary: 'Whether the server is ready; with status 503 if it is not.',
    answer: answers.ready,
  },
  { method: 'get', path: '/v2', summary: 'What the server is.', answer: answers.server },
  {
    method: 'get',
    path: '/v2/models',
    summary: 'The names of all models.',
    answer: answers.models,
    also: [['get', '/v1/models']],
  },
  {
    method: 'get',
    path: '/v2/models/{name}',
    summary: 'What is loaded, on which device and provider, and with which limits.',
    answer: answers.model,
    also: [['get', '/v2/models/{name}/versions/{version}']],
  },
  {
    method: 'get',
    path: '/v2/models/{name}/latency-curve',
    summary: 'How long a batch of each size takes.',
    answer: answers.latencyCurve,
  },
  {
    method: 'get',
    path: '/v2/models/{name}/ready',
    summary: 'Whether a model is ready.',
    answer: answers.modelReady,
    also: [['get', '/v2/models/{name}/versions/{version}/ready']],
  },
  {
    method: 'get',
    path: '/v2/models/{name}/config',
    summary: 'A model in the form of a Triton model configuration.',
    answer: answers.modelConfig,
    also: [['get', '/v2/models/{name}/versions/{version}/config']],
  },
  {
    method: 'get',
    path: '/v2/models/{name}/stats',
    summary: 'Counts and times of a model in the form of Triton statistics.',
    answer: answers.statistics,
    also: [
      ['get', '/v2/models/{name}/versions/{version}/stats'],
      ['get', '/v2/models/stats'],
    ],
  },
  {
    method: 'post',
    path: '/v2/repository/index',
    summary: 'All models and their states.',
    answer: answers.repositoryIndex,
  },
  {
    method: 'get',
    path: '/v1/models/{name}',
    summary: 'The state of a model, for KServe v1 and TensorFlow Serving.',
    answer: answers.modelStatus,
    also: [['get', '/v1/models/{name}/versions/{version}']],
  },
  {
    method: 'get',
    path: '/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document.',
    answer: z.looseObject({ openapi: z.string() }),
  },
  {
    method: 'get',
    path: '/metrics',
    summary: 'Metrics of all serving processes for Prometheus.',
    answer: 'text',
  },
];
