import { z } from 'zod';
import { Problem } from '../../problem/problem.js';
import { settledResponse } from '../respond/settled-response.js';
import { classifyAll } from './classify-images.js';
import { bytesFromBase64 } from './image-bytes.js';
import { type ImageRouteDeps, imageRoute, JSON_PROBLEMS, openRequest } from './image-route.js';
import { readBody } from './read-body.js';
import { readJson } from './read-json.js';
import { MAX_TOP_K } from './read-request-options.js';
import { receiveBody } from './receive-body.js';

/** Body of POST /models/{name}, unless it is the image itself. */
export const huggingFaceRequest = z.object({
  inputs: z.string().describe('An image in base64.'),
  parameters: z
    .looseObject({
      top_k: z.int().min(1).max(MAX_TOP_K).nullish(),
      function_to_apply: z
        .literal('softmax')
        .nullish()
        .describe('What the model does; there is no other.'),
    })
    .nullish(),
});

/** No image file starts with this. */
const JSON_START = /^\s*\{/;

/**
 * POST /models/{name} of Hugging Face's image classification: accepts a raw image or JSON, and answers with labels and scores,
 * best first.
 */
export function huggingFaceRoute(deps: ImageRouteDeps) {
  return imageRoute(
    deps,
    async (c, exchange, upload) => {
      const rules = { model: c.req.param('name'), query: ['top_k'] };
      const { request, topK } = await openRequest(deps, c, exchange, rules);
      const body = await receiveBody(exchange, upload, deps.clock, request.deadlineMs, () =>
        readBody(exchange.incoming, upload),
      );
      if (body.length === 0) throw new Problem('empty_body');
      const isJson = JSON_START.test(body.toString('latin1', 0, 16));
      const asked = isJson ? readJson(body, huggingFaceRequest) : undefined;
      const image = asked ? bytesFromBase64(asked.inputs, upload) : body;
      const settlements = await classifyAll(deps, request, [image]);
      const { labelsJson } = request.model;
      const count = asked?.parameters?.top_k ?? topK;
      const elements = settlements.flatMap(({ output: { confidence, labelIndex } }) =>
        [...confidence.subarray(0, count)].map(
          (score, i) => `{"label":${labelsJson[Number(labelIndex[i])]},"score":${score}}`,
        ),
      );
      const format = { exchange, close: deps.lifecycle.isEnding };
      return settledResponse(`[${elements.join(',')}]`, settlements, format);
    },
    JSON_PROBLEMS,
  );
}
