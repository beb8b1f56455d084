import type { ServerResponse } from 'node:http';
import type { Lifecycle } from '../../lifecycle.js';
import type { ServedModel } from '../../models/served-model.js';
import type { ServedModels } from '../../models/served-models.js';
import { Problem } from '../../problem/problem.js';

export interface FindModelDeps {
  readonly lifecycle: Lifecycle;
  readonly models: ServedModels;
}

/**
 * All models; requests that name no model go to the first.
 *
 * @param request if it arrived before SIGTERM, it is not refused
 * @throws {Problem} draining after SIGTERM; engine_unavailable before the end of the warm-up and while a lane hangs
 */
export function listModels(
  { lifecycle, models }: FindModelDeps,
  request?: ServerResponse,
): readonly ServedModel[] {
  if (lifecycle.refuses(request)) throw new Problem('draining', { 'Retry-After': '1' });
  if (models.all.length === 0 || lifecycle.notReady === 'lane_hung') {
    throw new Problem('engine_unavailable', { 'Retry-After': '1' });
  }
  return models.all;
}

/** The only version of every model, for clients that name a version. */
export const VERSION = '1';

/**
 * The model that a request names, or the first one.
 *
 * @throws {Problem} model_not_found, and as `listModels`
 */
export function findModel(
  deps: FindModelDeps,
  name?: string,
  version = VERSION,
  request?: ServerResponse,
): ServedModel {
  listModels(deps, request);
  const model = deps.models.find(name);
  if (!model || version !== VERSION) throw new Problem('model_not_found');
  return model;
}
