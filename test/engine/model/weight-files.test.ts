import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readGraph } from '../../../src/engine/graph/index.js';
import { Lane, type Scores } from '../../../src/engine/index.js';
import { inlineWeights } from '../../../src/engine/model/inline-weights.js';
import type { Model } from '../../../src/engine/model/model.js';
import { readModelFolder } from '../../../src/engine/model/model-folder.js';
import { sourceOf } from '../../../src/engine/model/source-of.js';
import { findWeightFiles, modelSha256 } from '../../../src/engine/model/weight-files.js';
import { externalWeights } from '../../helpers/external-weights.js';
import { tinyClassifier, writeModelFolder } from '../../helpers/onnx-models.js';

const NAME = 'model.onnx.data';
const IMAGES = [0, 90, 200].map((light) =>
  Uint8Array.from({ length: 192 }, (_, i) => (light * (1 + (i % 3))) % 256),
);

/** A model folder with the weights in a file that the model calls `name`. */
function folderWith(t: Test, name = NAME, last = false) {
  const folder = t.testdir({ model: {} });
  const { onnx, weights } = externalWeights(tinyClassifier(), name, last);
  const model = join(folder, 'model');
  writeModelFolder(model, { onnx });
  return { folder, model, onnx, weights, graph: readGraph(onnx) };
}

async function scoresOf(model: Model, source = sourceOf(model)): Promise<number[][]> {
  const lane = await Lane.open(model, source, { maxBatchSize: 3, allowedBatchSizes: [] }, []);
  const scores = (await lane.run(IMAGES, 3)) as Scores[];
  await lane.close();
  return scores.map(({ confidence }) => [...confidence]);
}

t.test('weights beside the model are those that the runtime uses', async (t) => {
  const whole = t.testdir({ whole: {} });
  writeModelFolder(join(whole, 'whole'));
  const expected = await scoresOf(await readModelFolder(join(whole, 'whole')));
  for (const [name, last] of [
    [NAME, false],
    [NAME, true],
    ['./weights', false],
    ['sub/weights.bin', false],
  ] as const) {
    const { model: folder, weights } = folderWith(t, name, last);
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, name), weights);
    const model = await readModelFolder(folder);
    t.match(model.batch, { size: undefined, isOpened: false }, 'the trial has them too');
    t.match(model.weights, { names: [name], bytes: weights.length });
    t.same(await scoresOf(model), expected, name);
    const inline = await inlineWeights(model.graph, model.weights);
    const source = { ...sourceOf(model), model: inline, weightsFolder: undefined };
    t.same(await scoresOf(model, source), expected, `${name}, in one file`);
  }
});

t.test('a batch that is opened keeps its weights where they are', async (t) => {
  const { onnx, weights } = externalWeights(tinyClassifier({ batch: 1 }), NAME);
  const folder = join(t.testdir({ model: {} }), 'model');
  writeModelFolder(folder, { onnx });
  writeFileSync(join(folder, NAME), weights);
  const model = await readModelFolder(folder);
  t.match(model.batch, { isOpened: true });
  t.equal((await scoresOf(model)).length, 3);
});

t.test('a model in one file names no other', async (t) => {
  t.equal(await findWeightFiles(t.testdir({}), readGraph(tinyClassifier())), undefined);
  const bytes = tinyClassifier();
  t.equal(await inlineWeights(bytes, undefined), bytes);
});

t.test('a file that is missing, or no file, or too short is named', async (t) => {
  const { model, weights, graph } = folderWith(t);
  const missing = /another file, "model\.onnx\.data", which is missing; copy it into/;
  await t.rejects(findWeightFiles(model, graph), { name: 'ModelRefusedError', message: missing });
  await t.rejects(readModelFolder(model), { message: /model\.onnx: its weights are in another/ });
  mkdirSync(join(model, NAME));
  await t.rejects(findWeightFiles(model, graph), { message: missing }, 'a folder');

  const other = folderWith(t);
  const file = join(other.model, NAME);
  writeFileSync(file, weights);
  t.match(await findWeightFiles(other.model, graph), { bytes: weights.length });
  truncateSync(file, weights.length - 1);
  await t.rejects(findWeightFiles(other.model, graph), {
    message: /"model\.onnx\.data", has 63 bytes, but 64 are needed; copy or download it again$/,
  });
  writeFileSync(file, 'version https://git-lfs.github.com/spec/v1\n');
  await t.rejects(findWeightFiles(other.model, graph), {
    message: /"model\.onnx\.data", is a Git LFS pointer, .*run git lfs pull/,
  });
});

t.test(
  'a name that leaves the folder is refused, whether there is such a file or not',
  async (t) => {
    const outside = /is outside the model's folder, and weights .*; copy the file itself/;
    const led = /leads by a symbolic link outside .*; put a copy of the file in the place of/;
    for (const name of [
      '../secret',
      'sub/../../secret',
      '..\\secret',
      '/etc/hostname',
      '..',
      '*/_ORT_MEM_ADDR_/*',
    ]) {
      const { folder, model, weights, graph } = folderWith(t, name);
      writeFileSync(join(folder, 'secret'), weights);
      await t.rejects(findWeightFiles(model, graph), { message: outside }, name);
    }
    for (const target of ['../secret', '../elsewhere']) {
      const { folder, model, weights, graph } = folderWith(t, 'link/secret');
      writeFileSync(join(folder, 'secret'), weights);
      mkdirSync(join(folder, 'elsewhere'));
      writeFileSync(join(folder, 'elsewhere', 'secret'), weights);
      mkdirSync(join(model, 'inside'));
      if (target === '../elsewhere') symlinkSync(target, join(model, 'link'));
      else {
        mkdirSync(join(model, 'link'));
        symlinkSync(join(folder, 'secret'), join(model, 'link', 'secret'));
      }
      await t.rejects(findWeightFiles(model, graph), { message: led }, `a link to ${target}`);
    }
  },
);

t.test('links within the folder, and to the folder, are no way out', async (t) => {
  const { folder, model, weights, graph } = folderWith(t, '..data');
  writeFileSync(join(model, 'real'), weights);
  symlinkSync('real', join(model, '..data'));
  t.match(await findWeightFiles(model, graph), { names: ['..data'] });
  symlinkSync('model', join(folder, 'alias'));
  t.match(await findWeightFiles(join(folder, 'alias'), graph), { names: ['..data'] });
});

t.test('the hash is that of the graph and of its weights', async (t) => {
  const { model, weights, graph } = folderWith(t);
  const bytes = Uint8Array.of(1);
  const alone = await modelSha256(bytes, undefined);
  writeFileSync(join(model, NAME), weights);
  const files = await findWeightFiles(model, graph);
  const before = await modelSha256(bytes, files);
  t.not(before, alone);
  t.equal(await modelSha256(bytes, files), before);
  weights.writeFloatLE(9, 0);
  writeFileSync(join(model, NAME), weights);
  t.not(await modelSha256(bytes, files), before, 'other weights');
  t.not(await modelSha256(Uint8Array.of(2), files), before, 'another graph');
});

t.test('more weights than a file holds are refused for TensorRT', async (t) => {
  const weights = { folder: t.testdirName, names: [NAME], bytes: 2 ** 31 };
  await t.rejects(inlineWeights(Uint8Array.of(1), weights), {
    name: 'ModelRefusedError',
    message: /take 2\.1 GB, and TensorRT takes a model in one file of up to 2 GB; the cuda/,
  });
});
