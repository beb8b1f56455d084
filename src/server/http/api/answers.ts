import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../../problem/problem.js';

// The schemas of the answers of the API, from which the OpenAPI document is generated. Tests check answers of the server
// against them.

const share = z.number().min(0).max(1);
const label = z.string().describe('One line of labels.txt.');
const count = z.int().min(0);
const name = z.string().describe('Name of the model, as in its model.json.');

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    instance: z.string().optional().describe('The X-Request-Id of the request.'),
    error: z.string().describe('Title and detail, for clients that show this member.'),
  })
  .describe('An error, RFC 9457. docs/errors.md lists the codes.');

const predictions = z
  .array(z.object({ confidence: share.describe('Four decimals.'), label }))
  .describe('Best first.');

export const classification = z.union([
  predictions,
  z
    .array(z.union([z.object({ predictions }), z.object({ error: problem })]))
    .describe('For a form: one element for each image, in order.'),
]);

export const labelsWithShares = z.record(label, share).describe('Best first.');
export const labelsWithScores = z.array(z.object({ label, score: share })).describe('Best first.');

const rows = z.array(z.array(share)).describe('One row for each image: the score of every class.');
export const predictAnswer = z.union([
  z.object({ predictions: rows }),
  z.object({ outputs: rows }),
]);

export const alive = z.object({ status: z.literal('alive') });
export const healthy = z.object({ status: z.enum(['Healthy', 'Unhealthy']) });
export const live = z.object({ live: z.literal(true) });
export const ready = z.object({
  ready: z.boolean(),
  reason: z.string().optional().describe('Why the server is not ready.'),
  processes: z.object({ ready: count, total: count }),
});

export const server = z.object({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
});
export const models = z.object({ models: z.array(name) });
const curve = z.array(
  z.object({ batchSize: z.int(), ms: z.number(), imagesPerSecond: z.number() }),
);
export const latencyCurve = curve.describe('Milliseconds of a batch of each size on one lane.');
const tensor = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.int()) });
export const model = z.object({
  name,
  description: z.string().optional(),
  input: z.object({ width: z.int(), height: z.int() }).describe('In pixels.'),
  labels: z.int().describe('Number of classes.'),
  provider: z.string(),
  device: z.string(),
  lanes: z.int(),
  batching: z.looseObject({ maxBatchSize: z.int() }).describe('As in the configuration.'),
  latencyCurve: curve,
  versions: z.array(z.literal('1')),
  platform: z.string(),
  inputs: z.array(tensor),
  outputs: z.array(tensor),
});
export const modelReady = z.object({ name, ready: z.literal(true) });
export const modelStatus = modelReady.extend({
  model_version_status: z.array(
    z.object({
      version: z.literal('1'),
      state: z.literal('AVAILABLE'),
      status: z.object({ error_code: z.literal('OK'), error_message: z.string() }),
    }),
  ),
});
export const modelConfig = z.looseObject({ name, max_batch_size: z.int() });
export const repositoryIndex = z.array(
  z.object({ name, version: z.literal('1'), state: z.literal('READY'), reason: z.string() }),
);
const duration = z.object({ count, ns: count });
export const statistics = z.object({
  model_stats: z.array(
    z.object({
      name,
      version: z.literal('1'),
      last_inference: count.describe('Milliseconds since 1970; 0 if there was none.'),
      inference_count: count.describe('Images that were answered.'),
      execution_count: count.describe('Runs of lanes.'),
      inference_stats: z.record(z.string(), duration),
      batch_stats: z.array(
        z.object({
          batch_size: z.int(),
          compute_input: duration,
          compute_infer: duration,
          compute_output: duration,
        }),
      ),
    }),
  ),
});
export const inferAnswer = z.object({
  model_name: name,
  model_version: z.literal('1'),
  id: z.string().optional(),
  outputs: z.array(
    tensor.extend({
      parameters: z.object({ binary_data_size: z.int() }).optional(),
      data: z
        .union([z.array(z.number()), z.array(z.string())])
        .optional()
        .describe('FP32: the scores. BYTES: texts of the form "score:class:label".'),
    }),
  ),
});
