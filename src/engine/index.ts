export { ModelRefusedError } from './graph/index.js';
export { Lane, type Scores } from './lane.js';
export { type Model, readModelFolder } from './model-folder.js';
export type { ImageInput } from './model-manifest.js';
