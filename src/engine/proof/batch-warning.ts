import type { ClassifierFacts } from '../graph/index.js';
import type { BatchFinding } from './try-model.js';

/**
 * What an operator should know of a model that does not take batches of any size: why, what it costs, and how to export
 * it again. Undefined where batches simply work.
 */
export function batchWarning(
  { size, why, isOpened, seen }: BatchFinding,
  facts: ClassifierFacts,
): string | undefined {
  if (isOpened) {
    const was = facts.fixedBatch === 1 ? 'fixed at 1' : 'open in name only';
    return `its batch is ${was} and was opened; ${seen}`;
  }
  if (size === undefined) return undefined;
  const cost =
    size === 1
      ? 'images run one by one, and batching gains nothing'
      : `every run computes ${size} images, however few there are`;
  if (why === 'neighbours') {
    return `an image's answer depends on its neighbours (${seen}), as after dynamic quantisation; so ${cost}. Quantise it statically, or serve it as it was before`;
  }
  const reason =
    why === 'open in name only'
      ? `its batch is open in name only (${seen})`
      : `its batch is fixed at ${size}${size === 1 ? ` and cannot be opened (${seen})` : ''}`;
  return `${reason}; so ${cost}. ${exportAdvice(facts)}`;
}

/** For PyTorch 2.9 and newer. A sample batch of 1 would be taken for a constant. */
function exportAdvice({ layout, channels, height = 224, width = 224 }: ClassifierFacts): string {
  const image = layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  return `To have batches, export it again with an open batch: torch.onnx.export(model.eval(), (torch.rand(2, ${image.join(', ')}),), "model.onnx", dynamo=True, external_data=False, input_names=["image"], output_names=["scores"], dynamic_shapes=({0: "batch"},))`;
}
