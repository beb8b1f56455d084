import type { Lifecycle } from '../../lifecycle.js';
import type { ServedModel } from '../../models/served-model.js';
import type { ServedModels } from '../../models/served-models.js';
import { Problem } from '../../problem/problem.js';

export interface FindModelDeps {
  readonly lifecycle: Lifecycle;
  readonly models: ServedModels;
}

/**
 * The model that a request names, or the first one.
 *
 * @throws {Problem} draining after SIGTERM, engine_unavailable before the warm-up has ended and while a lane hangs,
 * model_not_found
 */
export function findModel({ lifecycle, models }: FindModelDeps, name?: string): ServedModel {
  const { notReady } = lifecycle;
  if (notReady === 'draining') throw new Problem('draining', { 'Retry-After': '1' });
  if (models.isEmpty || notReady === 'lane_hung') {
    throw new Problem('engine_unavailable', { 'Retry-After': '1' });
  }
  const model = models.find(name);
  if (!model) throw new Problem('model_not_found');
  return model;
}
