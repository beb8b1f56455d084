export { ModelRefusedError } from './graph/index.js';
export { Lane, type LaneSizes, type Scores, ScoresNotFiniteError } from './lane.js';
export { curveBatchSizes } from './measure-curve.js';
export { type Model, readModelFolder } from './model-folder.js';
export type { ImageInput } from './model-manifest.js';
