import { LatencyCurve } from '../../batcher/index.js';
import { keepCurve, readModelFolder, withRunSizes } from '../../engine/index.js';
import { openEngineWithBar } from '../../terminal/open-engine-with-bar.js';
import type { Config } from '../config/config.js';
import type { ModelReport } from '../supervisor/process-messages.js';
import { describeModel } from './model-description.js';
import { createServedModel, type ServedModel, type Surroundings } from './served-model.js';
import { modelReport } from '../supervisor/start-report.js';
import type { ProcessPlan } from '../supervisor/plan-processes.js';

export interface OpenModelOptions {
  readonly folder: string;
  readonly config: Config;
  readonly plan: ProcessPlan;
  /** The limits in force now. */
  readonly batching: () => Config['batching'];
  /** What an earlier process took for this model: the same is taken again, never another provider silently. */
  readonly taken?: ModelReport | undefined;
  readonly say: (line: string) => void;
}

/**
 * Reads a model's folder, opens its lanes on this process's device and warms them.
 *
 * @throws {ModelRefusedError} one sentence
 */
export async function openModel(
  { folder, config, plan, batching, taken, say }: OpenModelOptions,
  around: Surroundings,
): Promise<{ readonly model: ServedModel; readonly report: ModelReport }> {
  const model = await readModelFolder(folder, { say, batch: taken?.batch });
  const limits = batching();
  const wishes = taken ? { ...config.engine, provider: taken.provider } : config.engine;
  const engine = await openEngineWithBar(
    model,
    { ...wishes, sizes: limits, ...(taken ? { curve: taken.curve } : {}) },
    { ...wishes, gpus: plan.gpu ? 1 : 0, modelFolder: folder },
    say,
  );
  if (!taken) await keepCurve(folder, model, engine, plan.gpu?.name ?? 'cpu');
  const inForce = () => withRunSizes(engine.provider, batching(), model.batch.size);
  const served = createServedModel(
    {
      name: model.manifest.name,
      input: model.manifest.input,
      labels: model.labels,
      lanes: engine.lanes,
      laneNames: engine.lanes.map((_, lane) => `${plan.index}.${lane}`),
      curve: new LatencyCurve(engine.curve),
      limits: inForce,
      describe: () => describeModel(model, engine, plan, inForce()),
    },
    around,
  );
  return { model: served, report: modelReport({ folder, plan, model, engine }) };
}
