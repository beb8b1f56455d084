import { z } from 'zod';
import { programVersion } from '../../program-version.js';
import { problem } from './answers.js';
import { OPERATIONS, type Operation, type RequestBody } from './operations.js';

const BINARY = {
  schema: { type: 'string', contentMediaType: 'application/octet-stream' },
} as const;

const QUERY = {
  model: { description: 'Name of the model; by default the first.', schema: { type: 'string' } },
  top_k: {
    description: 'How many of the best classes.',
    schema: { type: 'integer', minimum: 1, maximum: 100, default: 5 },
  },
} as const;

/** The API as an OpenAPI 3.1 document. */
export function openApi() {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    const places = [[operation.method, operation.path] as const, ...(operation.also ?? [])];
    for (const [method, path] of places) {
      paths[path] = { ...paths[path], [method]: describe(operation, method, path) };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Batch Dispatch',
      version: programVersion(),
      description: 'Classifies images in batches on GPUs or CPU.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: { Problem: schemaOf(problem, 'output') } },
  };
}

function describe({ summary, query = [], body, answer }: Operation, method: string, path: string) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return {
    operationId: `${method} ${path}`.replaceAll(/\W+/g, '_').replace(/_$/, ''),
    summary,
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...query.map((name) => ({ name, in: 'query', ...QUERY[name] })),
      ...(body ? [TIMEOUT] : []),
      ...(body?.binary ? [JSON_LENGTH] : []),
    ],
    ...(body ? { requestBody: { required: true, content: contentOf(body) } } : {}),
    responses: {
      200: {
        description: 'The answer.',
        content:
          answer === 'text'
            ? { 'text/plain': { schema: { type: 'string' } } }
            : {
                'application/json': { schema: schemaOf(answer, 'output') },
                ...(body?.binary ? { 'application/octet-stream': BINARY } : {}),
              },
      },
      default: {
        description: 'An error.',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  };
}

const TIMEOUT = {
  name: 'X-Request-Timeout-Ms',
  in: 'header',
  description: 'Milliseconds to the answer, instead of the configured time.',
  schema: { type: 'integer', minimum: 1, maximum: 600_000 },
} as const;

const JSON_LENGTH = {
  name: 'Inference-Header-Content-Length',
  in: 'header',
  description: 'Bytes of JSON at the start of the body. 0: the body is one image.',
  schema: { type: 'integer', minimum: 0 },
} as const;

function contentOf({ image, form, json, binary }: RequestBody) {
  const images = { type: 'array', items: { type: 'string', contentMediaType: 'image/*' } };
  return {
    ...(json ? { 'application/json': { schema: schemaOf(json, 'input') } } : {}),
    ...(image ? { 'image/*': BINARY } : {}),
    ...(form
      ? { 'multipart/form-data': { schema: { type: 'object', additionalProperties: images } } }
      : {}),
    ...(binary ? { 'application/octet-stream': BINARY } : {}),
  };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io });
  return json;
}
