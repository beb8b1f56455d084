import { create } from '@bufbuild/protobuf';
import t from 'tap';
import { chooseOutput } from '../../../src/engine/graph/choose-output.js';
import { TypeProtoSchema } from '../../../src/engine/graph/generated/onnx_pb.js';
import { value } from '../../../src/engine/graph/onnx-builders.js';
import { DataType } from '../../helpers/onnx-models.js';

const logits = value('logits', DataType.FLOAT, ['n', 10]);
const features = value('features', DataType.FLOAT, ['n', 84]);
const maps = value('maps', DataType.FLOAT16, ['n', 64, 7, 7]);
const open = value('open', DataType.FLOAT, ['n', 'c']);
const sequence = {
  ...value('sequence', DataType.FLOAT, []),
  type: create(TypeProtoSchema, { value: { case: 'sequenceType', value: {} } }),
};

t.test('the only output, whatever is known of the classes', async (t) => {
  t.match(chooseOutput([logits], undefined, {}), { outputName: 'logits', classes: 10 });
  t.match(chooseOutput([logits], undefined, { classes: 3 }), { outputName: 'logits' });
  t.throws(() => chooseOutput([maps], undefined, {}), {
    message: /"maps" is not a score for each/,
  });
});

t.test('the only one that can be the scores', async (t) => {
  const chosen = { outputName: 'logits' };
  t.match(chooseOutput([maps, logits], undefined, {}), chosen, 'by its shape');
  t.match(chooseOutput([sequence, logits], undefined, {}), chosen, 'by its kind');
  t.match(chooseOutput([features, logits], undefined, { classes: 10 }), chosen, 'by its classes');
  const three = [features, logits, maps];
  t.match(chooseOutput(three, undefined, { classes: 84 }), { outputName: 'features' });
});

t.test('the one that was named', async (t) => {
  const both = [logits, features];
  t.match(chooseOutput(both, undefined, { outputName: 'features' }), { classes: 84 });
  t.match(chooseOutput([logits], undefined, { outputName: 'logits' }), { classes: 10 });
  t.throws(() => chooseOutput([maps, logits], undefined, { outputName: 'maps' }), {
    message: /"maps" is not a score for each class/,
  });
  t.throws(() => chooseOutput(both, undefined, { outputName: 'scores' }), {
    name: 'ModelRefusedError',
    message:
      'the model has no output "scores" (outputName in model.json); it has "logits" float [n, 10], "features" float [n, 84]',
  });
});

t.test('several that could be, or none, are listed with what to write', async (t) => {
  t.throws(() => chooseOutput([logits, features], undefined, {}), {
    name: 'ModelRefusedError',
    message:
      'the model has 2 outputs: "logits" float [n, 10], "features" float [n, 84]; name the one that holds the scores in model.json, such as "outputName": "logits"',
  });
  t.throws(() => chooseOutput([logits, open], undefined, { classes: 84 }), {
    message: /such as "outputName": "logits"$/,
  });
  t.throws(() => chooseOutput([maps, sequence], undefined, {}), {
    message: /2 outputs: "maps" float16 \[n, 64, 7, 7\], "sequence" \(not a tensor\); name/,
  });
  t.throws(() => chooseOutput([], undefined, {}), {
    message: /has no output; export it with exactly one/,
  });
});
