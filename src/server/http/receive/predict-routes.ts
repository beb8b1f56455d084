import { Problem } from '../../problem/problem.js';
import { settledResponse } from '../respond/settled-response.js';
import { classifyAll } from './classify-images.js';
import { type FindModelDeps, findModel, VERSION } from './find-model.js';
import { bytesFromBase64 } from './image-bytes.js';
import { type ImageRouteDeps, imageRoute, JSON_PROBLEMS, openRequest } from './image-route.js';
import { maxImages } from './max-images.js';
import { imagesOf, predictRequest } from './predict-schema.js';
import { receiveJson } from './receive-json.js';

/** The end of a path that asks for predictions. */
const CALL = ':predict';

/** GET /v1/models/{name}: the state of a model, as KServe and TensorFlow Serving report it. */
export function modelStatusRoute(deps: FindModelDeps) {
  return function modelStatus(name: string, version?: string): Response {
    findModel(deps, name, latest(version));
    const status = { error_code: 'OK', error_message: '' };
    return Response.json({
      name,
      ready: true,
      model_version_status: [{ version: VERSION, state: 'AVAILABLE', status }],
    });
  };
}

/**
 * POST /v1/models/{name}:predict of KServe v1 and TensorFlow Serving, with or without a version: accepts images in base64
 * and answers with the score of every class for each image.
 */
export function predictRoute(deps: ImageRouteDeps) {
  return imageRoute(
    deps,
    async (c, exchange, upload) => {
      const { name = '', version } = c.req.param();
      const last = version ?? name;
      if (!last.endsWith(CALL)) throw new Problem('not_found');
      const called = last.slice(0, -CALL.length);
      const { request } = await openRequest(deps, c, exchange, {
        model: version === undefined ? called : name,
        version: version === undefined ? VERSION : latest(called),
        query: [],
      });
      const body = await receiveJson(deps, request, upload, predictRequest);
      const texts = imagesOf(body);
      if (texts.length > maxImages(deps.batching())) throw new Problem('too_many_parts');
      const settlements = await classifyAll(
        deps,
        { ...request, allScores: true },
        texts.map((text) => bytesFromBase64(text, upload)),
      );
      const rows = settlements.map(({ output }) => [...(output.all ?? [])]);
      const answer = 'instances' in body ? { predictions: rows } : { outputs: rows };
      const format = { exchange, close: deps.lifecycle.isEnding };
      return settledResponse(JSON.stringify(answer), settlements, format);
    },
    JSON_PROBLEMS,
  );
}

/** OpenVINO's client sends 0 to ask for the latest version. */
function latest(version: string | undefined): string | undefined {
  return version === '0' ? VERSION : version;
}
