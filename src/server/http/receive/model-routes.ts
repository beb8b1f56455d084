import type { Lifecycle } from '../../models/lifecycle.js';

/** GET /v2/models: the names of all models. */
export function modelsRoute(lifecycle: Lifecycle) {
  return function models(): Response {
    return Response.json({ models: lifecycle.models().map(({ name }) => name) });
  };
}

/** GET /v2/models/{name}: what is loaded, on which device and provider, within which limits, and how fast. */
export function modelRoute(lifecycle: Lifecycle) {
  return function model(name: string): Response {
    return Response.json(lifecycle.model(name).describe());
  };
}

/** GET /v2/models/{name}/latency-curve: milliseconds of a batch of each size on one lane. */
export function latencyCurveRoute(lifecycle: Lifecycle) {
  return function latencyCurve(name: string): Response {
    return Response.json(lifecycle.model(name).describe().latencyCurve);
  };
}
