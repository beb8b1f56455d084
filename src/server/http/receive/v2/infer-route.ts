import { inferResponse } from '../../respond/infer-response.js';
import { classifyAll, classifyPixels } from '../classify-images.js';
import { type ImageRouteDeps, imageRoute, JSON_PROBLEMS, openRequest } from '../image-route.js';
import { maxImages } from '../max-images.js';
import { readBody } from '../read-body.js';
import { readGzip } from '../read-gzip.js';
import { receiveBody } from '../receive-body.js';
import { readInferRequest, readJsonLength } from './read-infer-request.js';

/** POST /v2/models/{name}/infer of the Open Inference Protocol. Its images can run in different batches. */
export function inferRoute(deps: ImageRouteDeps) {
  return imageRoute(
    deps,
    async (c, exchange, upload) => {
      const { incoming } = exchange;
      const { name, version } = c.req.param();
      const { request } = await openRequest(deps, c, exchange, {
        model: name,
        version,
        query: [],
        mayBeGzip: true,
      });
      const jsonLength = readJsonLength(incoming.headers);
      const isGzip = incoming.headers['content-encoding'] !== undefined;
      const body = await receiveBody(exchange, upload, deps.clock, request.deadlineMs, () =>
        (isGzip ? readGzip : readBody)(incoming, upload),
      );
      const { images, id, classification, isBinary, timeoutMs } = readInferRequest(
        body,
        jsonLength,
        {
          input: request.model.input,
          maxImages: maxImages(deps.batching()),
          upload,
        },
      );
      const wanted = {
        ...request,
        allScores: classification === 0,
        ...(timeoutMs === undefined ? {} : { deadlineMs: exchange.startedMs + timeoutMs }),
      };
      const settlements =
        images.kind === 'encoded'
          ? await classifyAll(deps, wanted, images.images)
          : await classifyPixels(deps, wanted, images.images);
      return await inferResponse(settlements, {
        exchange,
        model: request.model,
        ...(id === undefined ? {} : { id }),
        classification,
        isBinary,
        close: deps.lifecycle.isEnding,
      });
    },
    JSON_PROBLEMS,
  );
}
