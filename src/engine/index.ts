import './no-telemetry.js';

export { engineRuntime } from './engine-runtime.js';
export { keepCurve } from './lane/keep-curve.js';
export { ModelRefusedError } from './graph/index.js';
export type { BatchFinding } from './proof/try-model.js';
export { Lane, type LaneSizes, type Scores, ScoresNotFiniteError } from './lane/lane.js';
export type { MeasuredBatch } from './lane/lane-messages.js';
export { curveBatchSizes } from './lane/measure-curve.js';
export { type Model, readModelFolder } from './model/model-folder.js';
export type { ImageInput } from './model/model-manifest.js';
export { nullModel } from './model/null-model.js';
export { type Gpu, readGpuHost } from '../native/gpu-host.js';
export { type Engine, openEngine } from './open-engine.js';
export type { Provider } from './provider.js';
export { withRunSizes } from './lane/run-sizes.js';
