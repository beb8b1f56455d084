import { nullClassifier, rewriteClassifier } from '../graph/index.js';
import type { Model } from './model-folder.js';
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
 * A model that does as good as nothing with an image of one pixel: what is left is the price of the batcher and the
 * lane. No folder can have its name.
 */
export function nullModel(): Model {
  const { input, output } = MANIFEST;
  const spec = { ...input, output, topK: 1, classes: LABELS.length };
  const graph = rewriteClassifier(nullClassifier(), spec);
  const batch = { isOpened: false, seen: '' };
  return { manifest: MANIFEST, labels: LABELS, graph, topK: 1, imageBytes: 3, batch };
}
