import { type FindModelDeps, findModel, listModels, VERSION } from './find-model.js';
import { INPUT, OUTPUT } from './v2/infer-tensors.js';

/** GET /v2/models: the names of all models. */
export function modelsRoute(deps: FindModelDeps) {
  return function models(): Response {
    return Response.json({ models: listModels(deps).map(({ name }) => name) });
  };
}

/**
 * GET /v2/models/{name}: what is loaded, on which device and provider, with which limits, and how fast it is; and the
 * metadata that the Open Inference Protocol defines.
 */
export function modelRoute(deps: FindModelDeps) {
  return function model(name: string, version?: string): Response {
    const described = findModel(deps, name, version).describe();
    return Response.json({
      ...described,
      versions: [VERSION],
      platform: 'onnx_onnxv1',
      inputs: [{ name: INPUT, datatype: 'BYTES', shape: [-1, 1] }],
      outputs: [{ name: OUTPUT, datatype: 'FP32', shape: [-1, described.labels] }],
    });
  };
}

/** GET /v2/models/{name}/latency-curve: the milliseconds that a batch of each size takes on one lane. */
export function latencyCurveRoute(deps: FindModelDeps) {
  return function latencyCurve(name: string): Response {
    return Response.json(findModel(deps, name).describe().latencyCurve);
  };
}
