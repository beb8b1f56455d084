import './no-telemetry.js';

// Nothing here loads onnxruntime-node: only the lane threads need it, and it may be missing.

export { engineRuntime, type RuntimeOptions } from './engine-runtime.js';
export { adviceFor } from './explain-provider.js';
export { ModelRefusedError } from './graph/index.js';
export { CURVES_FOLDER, curveFile } from './lane/curve-file.js';
export { keepCurve } from './lane/keep-curve.js';
export { Lane, type LaneSizes } from './lane/lane.js';
export { type LaneImage, pixelsOf } from './lane/lane-image.js';
export type { MeasuredBatch } from './lane/lane-messages.js';
export { curveBatchSizes } from './lane/measure-curve.js';
export { withRunSizes } from './lane/run-sizes.js';
export { type Scores, ScoresNotFiniteError } from './lane/scores.js';
export type { BatchFinding } from './model/batch-finding.js';
export type { Model } from './model/model.js';
export { readModelFolder } from './model/model-folder.js';
export type { ImageInput, ModelManifest } from './model/model-manifest.js';
export { nullModel } from './model/null-model.js';
export { findLabels } from './model/read-labels.js';
export { readManifest } from './model/read-manifest.js';
export { findWeightFiles, type WeightFiles } from './model/weight-files.js';
export { type Engine, type EngineRequest, openEngine } from './open-engine.js';
export { type Comparison, compareLanes } from './proof/compare-lanes.js';
export { seededImages } from './proof/seeded-images.js';
export {
  PRECISIONS,
  PROVIDERS,
  type Precision,
  type Provider,
  type SessionSource,
} from './provider.js';
export { EngineBuildError } from './tensorrt/build-engine.js';
export { differsTooMuch } from './tensorrt/differs-too-much.js';
export * from './tensorrt/prepare-engine.js';
