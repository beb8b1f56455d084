import { type ClassifierFacts, type Graph, lastActivation } from '../../engine/graph/index.js';
import type { ModelManifest } from '../../engine/index.js';

type Range = Pick<ModelManifest['input'], 'mean' | 'std'>;

const USUAL_SIDE = 224;
/** ImageNet models are mostly evaluated on a centre crop; the shorter side is resized to this multiple of the crop. */
const SHORTEST_TO_SIDE = 256 / 224;
/** Models with smaller inputs are mostly trained on whole images. */
const SMALLEST_CROPPED = 128;

/**
 * The model.json that fits most models like this one. The graph does not state resize, channel order and
 * normalisation, so these are guesses.
 */
export function guessManifest(parsed: Graph, facts: ClassifierFacts, name: string): ModelManifest {
  const { width = USUAL_SIDE, height = USUAL_SIDE } = facts;
  const isCropped = width === height && width >= SMALLEST_CROPPED;
  return {
    name: nameFrom(name),
    input: {
      width,
      height,
      resize: isCropped ? { shortest: Math.round(width * SHORTEST_TO_SIDE) } : 'squash',
      channelOrder: 'rgb',
      ...usualRange(facts),
    },
    output: usualOutput(parsed, facts),
  };
}

/**
 * A model that takes bytes normalises them itself. TensorFlow models have channels last and mostly expect -1 to 1; the
 * others mostly expect ImageNet's mean and std.
 */
function usualRange({ inputType, layout, channels }: ClassifierFacts): Range {
  if (inputType === 'uint8') return { mean: [0, 0, 0], std: [1, 1, 1] };
  if (layout === 'nchw' && channels === 3) {
    return { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };
  }
  return { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };
}

function usualOutput(parsed: Graph, { outputName, classes }: ClassifierFacts) {
  if (lastActivation(parsed, outputName)) return 'probabilities';
  return classes === 1 ? 'sigmoid' : 'logits';
}

/** A valid name for model.json, made from the name of a file or folder. */
export function nameFrom(text: string): string {
  const name = text.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  return name.replace(/^[^a-z0-9]+/, '').slice(0, 64) || 'mine';
}
