import { Batcher, LatencyCurve } from '../batcher/index.js';
import {
  engineRuntime,
  nullModel,
  openEngine,
  type Provider,
  type Scores,
} from '../engine/index.js';
import type { Config } from './config.js';
import type { Surroundings } from './served-model.js';
import type { ProcessPlan } from './supervisor/plan-processes.js';
import { systemClock } from './system-clock.js';
import { watchLanes } from './watch-lanes.js';

export interface NullBatcherOptions {
  readonly config: Config;
  readonly plan: ProcessPlan;
  readonly limits: Config['batching'];
  /** What runs the models. */
  readonly provider: Provider;
  readonly say: (line: string) => void;
}

/**
 * A batcher over lanes that run a model which does nothing, on this process's device.
 *
 * @throws {ModelRefusedError}
 */
export async function openNullBatcher(
  { config, plan, limits, provider, say }: NullBatcherOptions,
  { metrics, lifecycle, logger, hung }: Surroundings,
): Promise<Batcher<Uint8Array, Scores>> {
  const model = nullModel();
  const { name } = model.manifest;
  // An engine would have to be built first; the libraries that TensorRT needs run CUDA too.
  const wishes = {
    ...config.engine,
    provider: provider === 'tensorrt' ? 'cuda' : provider,
  } as const;
  const { maxBatchSize } = limits;
  const runtime = engineRuntime({
    ...wishes,
    model,
    gpus: plan.gpu ? 1 : 0,
    modelFolder: '',
    maxBatchSize,
    say,
    tick: () => {},
  });
  const engine = await openEngine(model, { ...wishes, sizes: limits }, runtime, say);
  const ofModel = metrics.ofModel(name);
  const batcher = new Batcher<Uint8Array, Scores>({
    clock: systemClock,
    limits,
    lanes: engine.lanes,
    curve: new LatencyCurve(engine.curve),
    observer: watchLanes({
      model: name,
      names: engine.lanes.map((_, lane) => `${plan.index}.${lane}`),
      metrics: ofModel,
      lifecycle,
      logger,
      hung,
    }),
  });
  metrics.watch(name, batcher);
  return batcher;
}
