import { type FindModelDeps, findModel, listModels } from './find-model.js';

/** GET /v2/models: the names of all models. */
export function modelsRoute(deps: FindModelDeps) {
  return function models(): Response {
    return Response.json({ models: listModels(deps).map(({ name }) => name) });
  };
}

/** GET /v2/models/{name}: what is loaded, on which device and provider, with which limits, and how fast it is. */
export function modelRoute(deps: FindModelDeps) {
  return function model(name: string): Response {
    return Response.json(findModel(deps, name).describe());
  };
}

/** GET /v2/models/{name}/latency-curve: the milliseconds that a batch of each size takes on one lane. */
export function latencyCurveRoute(deps: FindModelDeps) {
  return function latencyCurve(name: string): Response {
    return Response.json(findModel(deps, name).describe().latencyCurve);
  };
}
