import { LatencyCurve } from '../../batcher/index.js';
import { keepCurve, readModelFolder, withRunSizes } from '../../engine/index.js';
import { openEngineWithBar } from '../../terminal/open-engine-with-bar.js';
import type { Config } from '../config/config.js';
import type { ProcessPlan } from '../supervisor/plan-processes.js';
import type { ModelReport } from '../supervisor/process-messages.js';
import { modelReport } from '../supervisor/start-report.js';
import { describeModel } from './model-description.js';
import { createServedModel, type ModelDependencies, type ServedModel } from './served-model.js';

export interface OpenModelOptions {
  readonly folder: string;
  readonly config: Config;
  readonly plan: ProcessPlan;
  /** Returns the current limits. */
  readonly batching: () => Config['batching'];
  /**
   * The report of an earlier process, whose provider, curve and test of batches are reused; another provider is never chosen silently.
   */
  readonly earlier?: ModelReport | undefined;
  readonly say: (line: string) => void;
}

export interface OpenedModel {
  readonly model: ServedModel;
  readonly report: ModelReport;
  /** Ends the lanes. No batch may run. */
  readonly close: () => Promise<void>;
}

/**
 * Reads a model's folder, opens its lanes on this process's device and warms them.
 *
 * @throws {ModelRefusedError} one sentence
 */
export async function openModel(
  { folder, config, plan, batching, earlier, say }: OpenModelOptions,
  dependencies: ModelDependencies,
): Promise<OpenedModel> {
  const model = await readModelFolder(folder, { say, batch: earlier?.batch });
  const limits = batching();
  const request = earlier ? { ...config.engine, provider: earlier.provider } : config.engine;
  const engine = await openEngineWithBar(
    model,
    { ...request, sizes: limits, ...(earlier ? { curve: earlier.curve } : {}) },
    { ...request, gpus: plan.gpu ? 1 : 0, modelFolder: folder },
    say,
  );
  if (!earlier) await keepCurve(folder, model, engine, plan.gpu?.name ?? 'cpu');
  const currentLimits = () => withRunSizes(engine.provider, batching(), model.batch.size);
  const served = createServedModel(
    {
      name: model.manifest.name,
      input: model.manifest.input,
      labels: model.labels,
      lanes: engine.lanes,
      laneNames: engine.lanes.map((_, lane) => `${plan.index}.${lane}`),
      curve: new LatencyCurve(engine.curve),
      limits: currentLimits,
      describe: () => describeModel(model, engine, plan, currentLimits()),
    },
    dependencies,
  );
  return {
    model: served,
    report: modelReport({ folder, plan, model, engine }),
    async close() {
      await Promise.all(engine.lanes.map((lane) => lane.close()));
    },
  };
}
