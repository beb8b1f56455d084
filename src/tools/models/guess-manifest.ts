import { type Graph, givesProbabilities, inspectClassifier } from '../../engine/graph/index.js';
import type { ModelManifest } from '../../engine/index.js';

const USUAL_SIDE = 224;
/** ImageNet models are mostly evaluated on a centre crop; the shorter side is resized to this multiple of the crop. */
const SHORTEST_TO_SIDE = 256 / 224;
/** Models with smaller inputs are mostly trained on whole images. */
const SMALLEST_CROPPED = 128;

/**
 * The model.json that fits most models like this one. The graph does not state resize, channel order and
 * normalisation, so these are guesses.
 *
 * @throws {ModelRefusedError} if the graph is not an image classifier
 */
export function guessManifest(parsed: Graph, name: string): ModelManifest {
  const { layout, width = USUAL_SIDE, height = USUAL_SIDE } = inspectClassifier(parsed);
  const isCropped = width === height && width >= SMALLEST_CROPPED;
  // TensorFlow models have channels last and mostly expect -1 to 1; the others mostly expect ImageNet's mean and std.
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

/** A valid name for model.json, made from the name of a file or folder. */
export function nameFrom(text: string): string {
  const name = text.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  return name.replace(/^[^a-z0-9]+/, '').slice(0, 64) || 'mine';
}
