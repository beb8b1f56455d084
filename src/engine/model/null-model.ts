import { nullClassifier, rewriteClassifier } from '../graph/index.js';
import type { Model } from './model.js';
import type { ModelManifest } from './model-manifest.js';

const MANIFEST: ModelManifest = {
  name: '/benchmark',
  input: {
    width: 1,
    height: 1,
    resize: 'squash',
    channelOrder: 'rgb',
    mean: [0, 0, 0],
    std: [255, 255, 255],
  },
  output: 'probabilities',
};
const LABELS = ['red', 'green', 'blue'];

/**
 * A model that does almost nothing with a one-pixel image, so that a request to it shows the cost of the batcher and
 * the lane. No model folder can have its name.
 */
export function nullModel(): Model {
  const { input, output } = MANIFEST;
  const spec = { ...input, output, topK: 1, classes: LABELS.length };
  const graph = rewriteClassifier(nullClassifier(), spec);
  const batch = { isOpened: false, seen: '' };
  return { manifest: MANIFEST, labels: LABELS, graph, topK: 1, imageBytes: 3, batch };
}
