import { type FindModelDeps, findModel } from './find-model.js';

/** GET /v2/models/{name}: what is loaded, on which device and provider, within which limits, and how fast. */
export function modelRoute(deps: FindModelDeps) {
  return function model(name: string): Response {
    return Response.json(findModel(deps, name).describe());
  };
}

/** GET /v2/models/{name}/latency-curve: milliseconds of a batch of each size on one lane. */
export function latencyCurveRoute(deps: FindModelDeps) {
  return function latencyCurve(name: string): Response {
    return Response.json(findModel(deps, name).describe().latencyCurve);
  };
}
