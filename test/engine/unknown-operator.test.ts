import t from 'tap';
import { node } from '../../src/engine/graph/onnx-builders.js';
import { readModelFolder } from '../../src/engine/model/model-folder.js';
import { unknownOperator } from '../../src/engine/unknown-operator.js';
import { fixedBatchModel } from '../helpers/fixed-batch-model.js';
import { writeModelFolder } from '../helpers/onnx-models.js';

t.test('an operator that the runtime does not have is named, as it says itself', async (t) => {
  for (const [opType, domain, words] of [
    ['Whatever', '', /does not have, Whatever in opset 13; export it with another opset, or wi/],
    ['Gelu', '', /does not have, Gelu in opset 13/],
    ['Nope', 'com.microsoft', /does not have, Nope of "com\.microsoft"; export it/],
  ] as const) {
    const folder = t.testdir({});
    const head = [{ ...node(opType), domain }];
    const onnx = fixedBatchModel({ batch: 'n', head, opset: 13 });
    writeModelFolder(folder, { onnx, labels: ['a', 'b', 'c'] });
    await t.rejects(readModelFolder(folder), { name: 'ModelRefusedError', message: words });
  }
});

t.test('other errors are not about operators', async (t) => {
  t.equal(unknownOperator('Non-zero status code returned while running Gemm node.'), undefined);
});
