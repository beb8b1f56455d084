import { classifyResponse } from '../respond/classify-response.js';
import { classifyAll, classifyEach } from './classify-images.js';
import { type ImageRouteDeps, imageRoute, openRequest } from './image-route.js';
import { maxImages } from './max-images.js';
import { receiveImages } from './receive-images.js';

const QUERY = ['model', 'top_k'];

/** POST /api/classify: the whole path of a request, receive -> decode -> batcher -> engine -> respond. */
export function classifyRoute(deps: ImageRouteDeps) {
  return imageRoute(deps, async (c, exchange, upload) => {
    const { request, topK } = await openRequest(deps, c, exchange, { query: QUERY });
    const { isForm, images } = await receiveImages(
      exchange,
      upload,
      deps.clock,
      request.deadlineMs,
      maxImages(deps.batching()),
    );
    const outcomes = await (isForm ? classifyEach : classifyAll)(deps, request, images);
    return classifyResponse(outcomes, isForm, {
      exchange,
      topK,
      labelsJson: request.model.labelsJson,
      close: deps.lifecycle.isEnding,
    });
  });
}
