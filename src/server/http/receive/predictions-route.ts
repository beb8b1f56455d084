import { settledResponse } from '../respond/settled-response.js';
import { classifyAll } from './classify-images.js';
import { VERSION } from './find-model.js';
import { type ImageRouteDeps, imageRoute, openRequest } from './image-route.js';
import { receiveImages } from './receive-images.js';

/**
 * PUT or POST /predictions/{name} of TorchServe: accepts one image, raw or as the only part of a form, and answers with its
 * best labels.
 */
export function predictionsRoute(deps: ImageRouteDeps) {
  return imageRoute(deps, async (c, exchange, upload) => {
    const { name, version } = c.req.param();
    const { request, topK } = await openRequest(deps, c, exchange, {
      model: name,
      // TorchServe's archiver calls the first version 1.0.
      version: version === '1.0' ? VERSION : version,
      query: ['top_k'],
    });
    const { images } = await receiveImages(exchange, upload, deps.clock, request.deadlineMs, 1);
    const settlements = await classifyAll(deps, request, images);
    const { labelsJson } = request.model;
    const members = settlements.flatMap(({ output: { confidence, labelIndex } }) =>
      [...confidence.subarray(0, topK)].map(
        (score, i) => `${labelsJson[Number(labelIndex[i])]}:${score}`,
      ),
    );
    const format = { exchange, close: deps.lifecycle.isEnding };
    return settledResponse(`{${members.join(',')}}`, settlements, format);
  });
}
