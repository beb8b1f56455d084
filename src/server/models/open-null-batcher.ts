import { Batcher, LatencyCurve } from '../../batcher/index.js';
import {
  engineRuntime,
  type LaneImage,
  nullModel,
  openEngine,
  type Provider,
  type Scores,
  withRunSizes,
} from '../../engine/index.js';
import type { Config } from '../config/config.js';
import type { ProcessPlan } from '../supervisor/plan-processes.js';
import { systemClock } from '../system-clock.js';
import { ModelMetrics } from '../telemetry/model-metrics.js';
import type { ModelDependencies, ServedModel } from './served-model.js';
import { watchLanes } from './watch-lanes.js';

export interface NullBatcherOptions {
  readonly config: Config;
  readonly plan: ProcessPlan;
  /** Returns the current limits. */
  readonly batching: () => Config['batching'];
  /** The provider that runs the models. */
  readonly provider: Provider;
  readonly say: (line: string) => void;
}

/**
 * A batcher over lanes that run a do-nothing model on this process's device.
 *
 * @throws {ModelRefusedError}
 */
export async function openNullBatcher(
  { config, plan, batching, provider, say }: NullBatcherOptions,
  { metrics, logger }: Pick<ModelDependencies, 'metrics' | 'logger'>,
): Promise<Pick<ServedModel, 'batcher' | 'reconfigure'>> {
  const model = nullModel();
  const { name } = model.manifest;
  // TensorRT would have to build an engine first; CUDA runs with the libraries that TensorRT needs.
  const request = {
    ...config.engine,
    provider: provider === 'tensorrt' ? 'cuda' : provider,
  } as const;
  const sizes = batching();
  const runtime = engineRuntime({
    ...request,
    model,
    gpus: plan.gpu ? 1 : 0,
    modelFolder: '',
    maxBatchSize: sizes.maxBatchSize,
    say,
    tick: () => {},
  });
  const engine = await openEngine(model, { ...request, sizes }, runtime, say);
  const currentLimits = () => withRunSizes(engine.provider, batching());
  const modelMetrics = new ModelMetrics(name, metrics);
  const batcher = new Batcher<LaneImage, Scores>({
    clock: systemClock,
    limits: currentLimits(),
    lanes: engine.lanes,
    curve: new LatencyCurve(engine.curve),
    observer: watchLanes({
      model: name,
      names: engine.lanes.map((_, lane) => `${plan.index}.${lane}`),
      metrics: modelMetrics,
      logger,
      // The models keep serving, whatever happens to these lanes.
      lifecycle: { setEngineAvailable() {} },
      hung() {},
    }),
  });
  metrics.watch(name, batcher);
  return { batcher, reconfigure: () => batcher.reconfigure(currentLimits()) };
}
