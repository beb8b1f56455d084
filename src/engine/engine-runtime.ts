import { explainProvider, whatIsMissing } from './explain-provider.js';
import { Lane } from './lane/lane.js';
import { sourceOf } from './model/source-of.js';
import type { EngineRuntime } from './open-engine.js';
import { type PrepareOptions, prepareEngine } from './tensorrt/prepare-engine.js';

export interface RuntimeOptions extends PrepareOptions {
  /** Lets nodes that a GPU provider does not support run on the CPU. */
  readonly allowCpuNodes: boolean;
  /** Number of GPUs that this process sees. */
  readonly gpus: number;
  /** Called with the share of a lane's curve, 0 to 1, that is measured. */
  readonly measuring?: (share: number) => void;
}

/** The runtime that the server uses: real sessions, and TensorRT engines that are built when needed. */
export function engineRuntime(options: RuntimeOptions): EngineRuntime {
  const { model, allowCpuNodes, gpus, measuring } = options;
  return {
    async prepare(provider) {
      if (provider !== 'tensorrt') return { ...sourceOf(model), provider, allowCpuNodes };
      const { contextPath, record } = await prepareEngine(options);
      const profileBatchSize = record.maxBatchSize;
      return { provider, model: contextPath, allowCpuNodes: false, profileBatchSize };
    },
    openLane: (model, source, sizes, curve) => Lane.open(model, source, sizes, curve, measuring),
    whatIsMissing: (provider) => whatIsMissing(provider, gpus),
    explain: explainProvider,
  };
}
