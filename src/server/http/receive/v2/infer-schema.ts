import { z } from 'zod';
import { shortArray } from '../read-json.js';
import { MAX_TOP_K } from '../read-request-options.js';

const MAX_INT32 = 2 ** 31 - 1;
const MAX_TIMEOUT_US = 600_000_000;

const tensor = z.object({
  name: z.string().describe('`image`'),
  shape: shortArray(z.int().min(0).max(MAX_INT32), 8),
  datatype: z.string().describe('`BYTES` or `UINT8`'),
  parameters: z
    .looseObject({
      binary_data_size: z
        .int()
        .min(0)
        .max(MAX_INT32)
        .optional()
        .describe('Bytes of this tensor behind the JSON; without it the tensor is in `data`.'),
    })
    .nullish(),
  data: z
    .array(z.unknown())
    .nullish()
    .describe('BYTES: images in base64. UINT8: numbers from 0 to 255, flat or nested.'),
});
export type InferTensor = z.infer<typeof tensor>;

const requestedOutput = z.object({
  name: z.string().describe('`scores`'),
  parameters: z
    .looseObject({
      binary_data: z.boolean().optional().describe('Whether it comes behind the JSON.'),
      classification: z
        .int()
        .min(0)
        .max(MAX_TOP_K)
        .optional()
        .describe('How many of the best classes, as "score:class:label"; 0 is all scores.'),
    })
    .nullish(),
});

/** Body of POST /v2/models/{name}/infer, or its JSON part. Members of other servers' extensions are ignored. */
export const inferRequest = z.object({
  id: z.string().max(1024).nullish().describe('Comes back with the answer.'),
  inputs: shortArray(tensor, 16),
  outputs: shortArray(requestedOutput, 16).nullish(),
  parameters: z
    .looseObject({
      timeout: z
        .int()
        .min(1)
        .max(MAX_TIMEOUT_US)
        .optional()
        .describe('Microseconds to the answer, instead of X-Request-Timeout-Ms.'),
      top_k: z
        .int()
        .min(1)
        .max(MAX_TOP_K)
        .optional()
        .describe('The same as `classification` of the output.'),
      binary_data_output: z.boolean().optional().describe('Whether the answer is binary.'),
    })
    .nullish(),
});
export type InferRequest = z.infer<typeof inferRequest>;
