import type { ClassifierFacts } from '../graph/index.js';
import type { BatchFinding } from '../model/batch-finding.js';

/**
 * What an operator should know about a model that does not take batches of any size: the reason, the cost, and how to
 * export the model again. Undefined if batches simply work.
 */
export function batchWarning(
  { size, why, isOpened, seen }: BatchFinding,
  facts: ClassifierFacts,
): string | undefined {
  if (isOpened) {
    const was = facts.fixedBatch === 1 ? 'fixed at 1' : 'dynamic in name only';
    return `the batch was ${was} and is now dynamic; ${seen}`;
  }
  if (size === undefined) return undefined;
  const cost =
    size === 1
      ? 'images run one by one, without the speed of batches'
      : `every run computes ${size} images, even if there are fewer`;
  if (why === 'neighbours') {
    return `an image's answer depends on the other images of its batch (${seen}), as after dynamic quantisation or after an export in training mode, so ${cost}; quantise the model statically, or export it after model.eval()`;
  }
  const reason =
    why === 'dynamic in name only'
      ? `the batch is dynamic in name only (${seen})`
      : `the batch is fixed at ${size}${size === 1 ? ` and cannot be made dynamic (${seen})` : ''}`;
  return `${reason}, so ${cost}; ${exportAdvice(facts)}`;
}

/** For PyTorch 2.9 and newer. A sample batch of 1 would be exported as a constant. */
function exportAdvice({ layout, channels, height = 224, width = 224 }: ClassifierFacts): string {
  const image = layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  return `to use batches, export the model with a dynamic batch dimension: torch.onnx.export(model.eval(), (torch.rand(2, ${image.join(', ')}),), "model.onnx", dynamo=True, external_data=False, input_names=["image"], output_names=["scores"], dynamic_shapes=({0: "batch"},))`;
}
