import { type Graph, givesProbabilities, inspectClassifier } from '../../engine/graph/index.js';
import type { ModelManifest } from '../../engine/index.js';

const USUAL_SIDE = 224;
/** ImageNet models are mostly tried on the centre of an image whose shorter side is this much longer. */
const SHORTEST_TO_SIDE = 256 / 224;
/** Smaller inputs are mostly whole pictures. */
const SMALLEST_CROPPED = 128;

/**
 * The model.json that most models like this one have. What the graph does not say, resize, order and normalisation, is
 * a guess.
 *
 * @throws {ModelRefusedError} when the graph is no classifier of images
 */
export function guessManifest(parsed: Graph, name: string): ModelManifest {
  const { layout, width = USUAL_SIDE, height = USUAL_SIDE } = inspectClassifier(parsed);
  const isCropped = width === height && width >= SMALLEST_CROPPED;
  // TensorFlow's models have the channels last, and mostly want -1 to 1; the others ImageNet's mean.
  const range =
    layout === 'nhwc'
      ? { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] }
      : { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };
  return {
    name: nameFrom(name),
    input: {
      width,
      height,
      resize: isCropped ? { shortest: Math.round(width * SHORTEST_TO_SIDE) } : 'squash',
      channelOrder: 'rgb',
      ...(range as Pick<ModelManifest['input'], 'mean' | 'std'>),
    },
    output: givesProbabilities(parsed) ? 'probabilities' : 'logits',
  };
}

/** What model.json takes as a name, made of what a file or folder is called. */
export function nameFrom(text: string): string {
  const name = text.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  return name.replace(/^[^a-z0-9]+/, '').slice(0, 64) || 'mine';
}
