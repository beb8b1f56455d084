import t from 'tap';
import { inspectClassifier, readGraph } from '../../../src/engine/graph/index.js';
import type { BatchFinding } from '../../../src/engine/model/batch-finding.js';
import { batchWarning } from '../../../src/engine/proof/batch-warning.js';
import { type ClassifierOptions, tinyClassifier } from '../../helpers/onnx-models.js';

function warning(finding: Partial<BatchFinding>, options: ClassifierOptions = {}) {
  const facts = inspectClassifier(readGraph(tinyClassifier(options)));
  return batchWarning({ isOpened: false, seen: 'SEEN', ...finding }, facts);
}

t.test('batches that simply work are not worth a word', async (t) => {
  t.equal(warning({}), undefined);
});

t.test('a batch that was opened', async (t) => {
  const isOpened = true;
  t.equal(warning({ isOpened }, { batch: 1 }), 'the batch was fixed at 1 and is now dynamic; SEEN');
  t.match(warning({ isOpened }), /^the batch was dynamic in name only and is now dynamic; SEEN$/);
});

t.test('a batch that stays fixed: why, what it costs, and how to export it', async (t) => {
  t.equal(
    warning({ size: 1, why: 'fixed' }, { batch: 1, width: 10 }),
    'the batch is fixed at 1 and cannot be made dynamic (SEEN), so images run one by one, without the speed of batches; to use batches, export the model with a dynamic batch dimension: torch.onnx.export(model.eval(), (torch.rand(2, 3, 8, 10),), "model.onnx", dynamo=True, external_data=False, input_names=["image"], output_names=["scores"], dynamic_shapes=({0: "batch"},))',
  );
  t.match(
    warning({ size: 8, why: 'fixed' }, { batch: 8, layout: 'nhwc', channels: 1 }),
    /^the batch is fixed at 8, so every run computes 8 images, even if there are fewer; to .*rand\(2, 8, 8, 1\)/,
  );
  t.match(
    warning({ size: 1, why: 'dynamic in name only' }, { width: 'dynamic', height: 'dynamic' }),
    /^the batch is dynamic in name only \(SEEN\), so images run one by one.*rand\(2, 3, 224, 224\)/,
  );
});

t.test('neighbours that change an answer: another quantisation is the way out', async (t) => {
  t.equal(
    warning({ size: 1, why: 'neighbours' }),
    "an image's answer depends on the other images of its batch (SEEN), as after dynamic quantisation or after an export in training mode, so images run one by one, without the speed of batches; quantise the model statically, or export it after model.eval()",
  );
});
