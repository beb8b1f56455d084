import type { BatchFinding } from './batch-finding.js';
import type { ModelManifest } from './model-manifest.js';
import type { WeightFiles } from './weight-files.js';

/** A model read from its folder, ready to be opened by a lane. */
export interface Model {
  readonly manifest: ModelManifest;
  /** One line per class; a label's position is its class. */
  readonly labels: readonly string[];
  /** The rewritten graph: uint8 pixels [n, height, width, 3] in, the `topK` best classes out. */
  readonly graph: Uint8Array;
  /** The files that hold its weights, if these are not in the graph. */
  readonly weights?: WeightFiles | undefined;
  readonly topK: number;
  /** Bytes of one input image. */
  readonly imageBytes: number;
  readonly batch: BatchFinding;
}
