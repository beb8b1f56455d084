import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBinary } from '@bufbuild/protobuf';
import t, { type Test } from 'tap';
import { ModelProtoSchema } from '../../../src/engine/graph/generated/onnx_pb.js';
import { readGraph } from '../../../src/engine/graph/index.js';
import { floats, integer, node, value } from '../../../src/engine/graph/onnx-builders.js';
import { checkModel } from '../../../src/tools/models/check-model.js';
import { externalWeights } from '../../helpers/external-weights.js';
import { fixedBatchModel } from '../../helpers/fixed-batch-model.js';
import {
  DataType,
  type ModelFolderParts,
  tinyClassifier,
  writeModelFolder,
} from '../../helpers/onnx-models.js';

function folderOf(t: Test, parts: ModelFolderParts = {}): string {
  const folder = join(t.testdir({}), 'tiny');
  writeModelFolder(folder, parts);
  return folder;
}

/** What is printed, and the sentence that it ends with if the model is refused. */
async function check(path: string): Promise<{ text: string; refusal: string | undefined }> {
  const lines: string[] = [];
  const refusal = await checkModel(path, (line) => lines.push(line), 'cpu').then(
    () => undefined,
    (error: Error) => {
      if (error.name !== 'ModelRefusedError') throw error;
      return error.message;
    },
  );
  return { text: lines.join('\n'), refusal };
}

t.test('a good model: what was found, its curve, and how to serve it', async (t) => {
  const folder = folderOf(t);
  const { text, refusal } = await check(folder);
  t.equal(refusal, undefined);
  for (const words of [
    /^.*tiny\/model\.onnx\n {2}file {6}0\.0 MB, opset 13, IR version 8\n/,
    / {2}nodes {5}3: GlobalAveragePool 1, Flatten 1, Gemm 1\n/,
    / {2}input {5}"input", float32 \[n, 3, 8, 8\], channels first\n/,
    / {2}output {4}"scores", float32, 4 scores\n/,
    / {2}image {5}squashed to 8x8; rgb, mean 0 0 0, std 255 255 255\n/,
    / {2}labels {4}4, "c0001 red" to "c0004 white, pale"\n/,
    / {2}batch {5}any size\n {2}answers {3}a batch of 5 gives the same scores as single runs\n/,
    / {2}engine {4}cpu, warmed up in \d+ ms\n {12}batch {6}ms {2}images\/s {3}gain\n {16}1 /,
    /\n {15}32 .*\n\nready: npm start -- --model \S+\/tiny$/,
  ]) {
    t.match(text, words);
  }
  t.notOk(existsSync(join(folder, 'latency-curves')), 'nothing is written');
});

t.test('a batch that was opened is said to be', async (t) => {
  const { text, refusal } = await check(folderOf(t, { onnx: tinyClassifier({ batch: 1 }) }));
  t.equal(refusal, undefined);
  t.match(text, /input {5}"input", float32 \[1, 3, 8, 8\]/);
  t.match(
    text,
    /model\.onnx: the batch was fixed at 1 and is now dynamic; a batch of 5 gives the same/,
  );
  t.match(text, /batch {5}any size, after a change of the graph/);
});

t.test('a batch that stays fixed is measured in its size, with a warning', async (t) => {
  const { text, refusal } = await check(folderOf(t, { onnx: tinyClassifier({ batch: 8 }) }));
  t.equal(refusal, undefined);
  t.match(text, /float32 \[8, 3, 8, 8\]/);
  t.match(
    text,
    /the batch is fixed at 8, so every run computes 8 images, even if there are fewer; to/,
  );
  t.match(text, / {2}batch {5}always 8\n/);
  t.match(text, /gain\n {16}8 .*\n\nready/, 'no other size is in the curve');
});

t.test('one image without a dimension for the batch', async (t) => {
  const onnx = tinyClassifier({ hasBatch: false, channels: 1, scores: [4] });
  const { text } = await check(folderOf(t, { onnx }));
  t.match(text, /input {5}"input", float32 \[1, 8, 8\], grey/);
  t.match(text, / {2}batch {5}one image\n {2}answers {3}its input has no batch dimension/);
});

t.test('channels last, more nodes, and what the graph leaves open', async (t) => {
  const onnx = tinyClassifier({
    layout: 'nhwc',
    width: 'dynamic',
    scores: 'unsaid',
    output: 'probabilities',
  });
  const { text } = await check(folderOf(t, { onnx, manifest: { output: 'probabilities' } }));
  t.match(text, /\[n, 8, any, 3\], channels last/);
  t.match(text, /as many scores as labels, to be flattened/);
});

t.test('a bare ONNX file: how to import it, and the model.json that this makes', async (t) => {
  const folder = t.testdir({});
  const path = join(folder, 'My Net.onnx');
  writeFileSync(path, tinyClassifier({ classes: 7 }));
  const { text, refusal } = await check(path);
  t.match(text, /nodes {5}3: GlobalAveragePool 1/);
  t.match(
    refusal,
    /^This is not a model folder yet. What is left to do:\n {2}1\. npm run models -- import '.*\/My Net\.onnx', which makes models\/my-net with the model\.json below\n/,
  );
  t.match(
    refusal,
    /2\. npm run models -- check models\/my-net\n\n {2}input\.width +8: the graph\n/,
  );
  t.match(refusal, /input\.mean .* a guess: compare it with how the model was trained\n/);
  t.match(refusal, /\n\n\{\n {2}"name": "my-net",/);
});

t.test('an ONNX file in a folder of Hugging Face: its configurations are used', async (t) => {
  const folder = t.testdir({ onnx: {} });
  writeFileSync(join(folder, 'onnx', 'model.onnx'), tinyClassifier({ width: 'dynamic' }));
  const processor = { image_processor_type: 'ViTImageProcessor', size: 8, image_mean: 0.5 };
  writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(processor));
  const { refusal } = await check(join(folder, 'onnx', 'model.onnx'));
  t.match(refusal, /input\.width +8: size in preprocessor_config\.json\n/);
  t.match(refusal, /"mean": \[127\.5, 127\.5, 127\.5\]/);
});

t.test('weights in another file, and one output of several, are described', async (t) => {
  const parsed = readGraph(tinyClassifier());
  parsed.graph.output.push(value('features', DataType.FLOAT, ['n', 9]));
  const { onnx, weights } = externalWeights(toBinary(ModelProtoSchema, parsed.model), 'w.data');
  const folder = folderOf(t, { onnx });
  writeFileSync(join(folder, 'w.data'), weights);
  const { text, refusal } = await check(folder);
  t.equal(refusal, undefined);
  t.match(text, / {2}weights {3}0\.0 MB in w\.data\n/);
  t.match(text, / {2}output {4}"scores", float32, 4 scores\n/);
  t.match(text, /"scores" is the only one of its 2 outputs that can hold the scores/);
});

t.test('a folder that is not complete: only what is left is listed', async (t) => {
  const folder = folderOf(t);
  rmSync(join(folder, 'model.json'));
  const noManifest = (await check(folder)).refusal ?? '';
  t.match(noManifest, /1\. write \S+\/tiny\/model\.json/);
  t.match(noManifest, /\n {2}"name": "tiny",/);
  t.notMatch(noManifest, /write \S+labels\.txt|import|mv /);

  writeModelFolder(folder);
  rmSync(join(folder, 'labels.txt'));
  const noLabels = (await check(join(folder, 'model.onnx'))).refusal ?? '';
  t.match(noLabels, /1\. write \S+\/tiny\/labels\.txt: one line for each of the 4 scores/);
  t.notMatch(noLabels, /"name"/);

  writeModelFolder(folder);
  renameSync(join(folder, 'model.onnx'), join(folder, 'net.onnx'));
  const renamed = (await check(folder)).refusal ?? '';
  t.match(renamed, /1\. mv \S+\/tiny\/net\.onnx \S+\/tiny\/model\.onnx\n {2}2\. npm run models/);
});

t.test('where there is no model at all', async (t) => {
  const folder = t.testdir({});
  t.match((await check(join(folder, 'nowhere'))).refusal, /nowhere does not exist$/);
  t.match((await check(folder)).refusal, /has no model\.onnx; a model is a folder with/);
  for (const name of ['a.onnx', 'b.onnx']) writeFileSync(join(folder, name), '');
  t.match(
    (await check(folder)).refusal,
    /has several ONNX files \(a\.onnx, b\.onnx\); rename the one to serve to model\.onnx$/,
  );
  mkdirSync(join(folder, 'text'));
  writeFileSync(join(folder, 'text', 'model.onnx'), 'text');
  t.match((await check(join(folder, 'text'))).refusal, /^this is not an ONNX model/);
});

t.test('a model.json that does not fit the scores', async (t) => {
  const probabilities = tinyClassifier({ output: 'probabilities' });
  t.match(
    (await check(folderOf(t, { onnx: probabilities }))).refusal,
    /the graph ends in a softmax, but model\.json says .*; set output to "prob/,
  );
  t.match(
    (await check(folderOf(t, { manifest: { output: 'probabilities' } }))).refusal,
    /model\.json says that the output is probabilities, but a score is \S+; set output to "log/,
  );
});

t.test('a model whose images count each other in', async (t) => {
  const head = [node('Flatten'), node('Softmax', [], [integer('axis', 0)])];
  const onnx = fixedBatchModel({ head, opset: 11, batch: 'n' });
  const parts = { onnx, labels: ['a', 'b', 'c'], manifest: { output: 'probabilities' } };
  const { text, refusal } = await check(folderOf(t, parts));
  t.equal(refusal, undefined);
  t.match(
    text,
    /an image's answer depends on the other images of its batch .* so images run one by one/,
  );
  t.match(text, / {2}batch {5}one image\n/);
});

t.test(
  'a model that answers the same to everything is suspicious, and can be served',
  async (t) => {
    const head = [node('Flatten'), node('Mul', ['zero'])];

    const onnx = fixedBatchModel({ head, constants: [floats('zero', [0])], batch: 'n' });
    const { text, refusal } = await check(folderOf(t, { onnx, labels: ['a', 'b', 'c'] }));
    t.equal(refusal, undefined);
    t.match(text, /answers {3}the same for every test image, which is suspicious/);
  },
);
