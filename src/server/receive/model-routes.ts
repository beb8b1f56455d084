import type { Lifecycle } from '../lifecycle.js';
import type { ModelDescription } from '../respond/model-description.js';
import { Problem } from '../respond/problem.js';

/** GET /v2/models/{name}: what is loaded, on which device and provider, within which limits, and how fast. */
export function modelRoute(lifecycle: Lifecycle) {
  return function model(name: string): Response {
    return Response.json(descriptionOf(lifecycle, name));
  };
}

/** GET /v2/models/{name}/latency-curve: milliseconds of a batch of each size on one lane. */
export function latencyCurveRoute(lifecycle: Lifecycle) {
  return function latencyCurve(name: string): Response {
    return Response.json(descriptionOf(lifecycle, name).latencyCurve);
  };
}

/** @throws {Problem} model_not_found; engine_unavailable before the warm-up has ended */
function descriptionOf(lifecycle: Lifecycle, name: string): ModelDescription {
  const description = lifecycle.service().describe();
  if (description.name !== name) throw new Problem('model_not_found');
  return description;
}
