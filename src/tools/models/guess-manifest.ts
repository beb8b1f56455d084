import {
  type ClassifierFacts,
  type Graph,
  inspectClassifier,
  lastActivation,
} from '../../engine/graph/index.js';
import type { ModelManifest } from '../../engine/model/model-manifest.js';
import { nameFrom } from './name-from.js';

type Range = Pick<ModelManifest['input'], 'mean' | 'std'>;

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
  const facts = inspectClassifier(parsed);
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

/** What takes bytes normalises them itself; TensorFlow's models have the channels last, and mostly want -1 to 1. */
function usualRange({ inputType, layout, channels }: ClassifierFacts): Range {
  if (inputType === 'uint8') return { mean: [0, 0, 0], std: [1, 1, 1] };
  if (layout === 'nchw' && channels === 3) {
    return { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };
  }
  return { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };
}

/** A single score has no others to be compared with. */
function usualOutput(parsed: Graph, { outputName, classes }: ClassifierFacts) {
  if (lastActivation(parsed, outputName)) return 'probabilities';
  return classes === 1 ? 'sigmoid' : 'logits';
}
