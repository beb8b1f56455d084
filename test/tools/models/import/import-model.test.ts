import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import t, { type Test } from 'tap';
import {
  ModelProtoSchema,
  StringStringEntryProtoSchema,
} from '../../../../src/engine/graph/generated/onnx_pb.js';
import { readGraph } from '../../../../src/engine/graph/index.js';
import { value } from '../../../../src/engine/graph/onnx-builders.js';
import { readModelFolder } from '../../../../src/engine/index.js';
import { importModel } from '../../../../src/tools/models/import/import-model.js';
import { externalWeights } from '../../../helpers/external-weights.js';
import { DataType, tinyClassifier } from '../../../helpers/onnx-models.js';

const CONFIG = { id2label: { 0: 'red', 1: 'green', 2: 'blue', 3: 'white' } };
const PROCESSOR = {
  image_processor_type: 'ViTImageProcessor',
  ...{ size: { height: 8, width: 8 }, resample: 2, rescale_factor: 1 / 255 },
  ...{ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] },
};

/** Imports a folder of these files, or a file of it, and gives what is printed and made. */
async function imported(t: Test, files: Record<string, Uint8Array | object>, file = '') {
  const folder = t.testdir({ 'My Net': { onnx: {} }, models: {} });
  for (const [name, content] of Object.entries(files)) {
    const isBytes = content instanceof Uint8Array;
    writeFileSync(join(folder, 'My Net', name), isBytes ? content : JSON.stringify(content));
  }
  const lines: string[] = [];
  const root = join(folder, 'models');
  const made = await importModel(join(folder, 'My Net', file), root, (line) => lines.push(line));
  const manifest: unknown = JSON.parse(readFileSync(join(made, 'model.json'), 'utf8'));
  const labels = readFileSync(join(made, 'labels.txt'), 'utf8').trimEnd().split('\n');
  return { text: lines.join('\n'), made, root, manifest, labels };
}

function withMetadata(bytes: Uint8Array, entries: Readonly<Record<string, string>>): Uint8Array {
  const { model } = readGraph(bytes);
  model.metadataProps = Object.entries(entries).map(([key, text]) =>
    create(StringStringEntryProtoSchema, { key, value: text }),
  );
  return toBinary(ModelProtoSchema, model);
}

t.test('a folder of Hugging Face, with its weights beside the graph', async (t) => {
  const { onnx, weights } = externalWeights(
    tinyClassifier({ width: 'dynamic', height: 'dynamic', inputName: 'pixel_values' }),
    'model.onnx.data',
  );
  const { text, made, root, manifest, labels } = await imported(t, {
    ...{ 'onnx/model.onnx': onnx, 'onnx/model.onnx.data': weights },
    ...{ 'config.json': CONFIG, 'preprocessor_config.json': PROCESSOR },
  });
  t.equal(made, join(root, 'my-net'));
  t.same(manifest, {
    name: 'my-net',
    input: {
      ...{ width: 8, height: 8, resize: 'squash', channelOrder: 'rgb' },
      ...{ mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] },
    },
    output: 'logits',
  });
  t.same(labels, ['red', 'green', 'blue', 'white']);
  t.match(text, / {2}input\.width +8: size in preprocessor_config\.json\n/);
  t.match(text, / {2}input\.mean +\[127\.5,127\.5,127\.5\]: image_mean, image_std and rescale/);
  t.match(text, / {2}output +"logits": the graph, which ends in no softmax\n/);
  t.match(text, / {2}labels +4: id2label in config\.json$/);
  t.same(readdirSync(made).sort(), ['labels.txt', 'model.json', 'model.onnx', 'model.onnx.data']);
  t.match(await readModelFolder(made), { labels, batch: { isOpened: false } }, 'it can be served');
  t.same(readdirSync(root), ['my-net'], 'nothing else is left');
});

t.test('independent classes get a sigmoid each', async (t) => {
  const config = { ...CONFIG, problem_type: 'multi_label_classification' };
  const files = { 'model.onnx': tinyClassifier(), 'config.json': config };
  const { manifest, text } = await imported(t, { ...files, 'preprocessor_config.json': PROCESSOR });
  t.match(manifest, { output: 'sigmoid' });
  t.match(text, /"sigmoid": problem_type in config\.json/);
});

t.test('a timm configuration', async (t) => {
  const config = {
    label_names: ['a', 'b', 'c', 'd'],
    pretrained_cfg: { input_size: [3, 8, 8], crop_pct: 0.5, interpolation: 'bilinear' },
  };
  const { manifest, labels } = await imported(t, {
    ...{ 'net.onnx': tinyClassifier(), 'config.json': config },
  });
  t.match(manifest, { input: { width: 8, resize: { shortest: 16 } } });
  t.same(labels, ['a', 'b', 'c', 'd']);
});

t.test('a file of Ultralytics', async (t) => {
  const names = "{0: 'a', 1: 'b', 2: 'c', 3: 'd'}";
  const entries = { names, imgsz: '[8, 8]', task: 'classify' };
  const onnx = withMetadata(tinyClassifier({ output: 'probabilities', batch: 1 }), entries);
  const { manifest, labels, made } = await imported(t, { 'yolo-cls.onnx': onnx }, 'yolo-cls.onnx');
  t.match(manifest, {
    name: 'yolo-cls',
    input: { width: 8, height: 8, resize: { shortest: 8 }, mean: [0, 0, 0], std: [255, 255, 255] },
    output: 'probabilities',
  });
  t.same(labels, ['a', 'b', 'c', 'd']);
  t.match(await readModelFolder(made), { batch: { isOpened: true } });
  const detector = withMetadata(tinyClassifier(), { ...entries, task: 'detect' });
  t.match((await imported(t, { 'a.onnx': detector })).text, /note: the task .* is "detect", not/);
});

t.test('a bare file: what the graph states, and guesses that are called so', async (t) => {
  const { manifest, labels, text } = await imported(t, { 'a.onnx': tinyClassifier() }, 'a.onnx');
  t.match(manifest, { name: 'a', input: { width: 8, height: 8, resize: 'squash' } });
  t.same(labels, ['class 0', 'class 1', 'class 2', 'class 3']);
  t.match(text, / {2}input\.mean .*: a guess: compare it with how the model was trained\n/);
  t.match(text, /note: no class names were found: labels\.txt has the numbers of the classes/);
  const bytes = tinyClassifier({ elemType: DataType.UINT8 });
  t.match((await imported(t, { 'b.onnx': bytes })).manifest, { input: { std: [1, 1, 1] } });
});

t.test('several outputs: the logits are the scores', async (t) => {
  const { model, graph } = readGraph(tinyClassifier({ outputName: 'logits' }));
  graph.output.push(value('hidden', DataType.FLOAT, ['n', 4]));
  const onnx = toBinary(ModelProtoSchema, model);
  t.match((await imported(t, { 'a.onnx': onnx })).manifest, { outputName: 'logits' });
});

t.test('what contradicts each other is said', async (t) => {
  const processor = { ...PROCESSOR, size: { height: 16, width: 16 } };
  const config = { id2label: { 0: 'red', 1: 'green' } };
  const { manifest, labels, text } = await imported(t, {
    ...{ 'model.onnx': tinyClassifier(), 'config.json': config },
    'preprocessor_config.json': processor,
  });
  t.match(manifest, { input: { width: 8, height: 8 } });
  t.match(text, /note: width is 8 in the graph, but 16 by size in preprocessor_config\.json/);
  t.match(text, /note: the id2label in config\.json give 2 labels, but there are 4 classes/);
  t.equal(labels[3], 'class 3');
});

t.test('a model.json that this server does not take is written, and that is said', async (t) => {
  const processor = {
    ...{ ...PROCESSOR, image_processor_type: 'CLIPImageProcessor', size: { shortest_edge: 6 } },
    ...{ do_center_crop: true, crop_size: { height: 8, width: 8 } },
  };
  const { text } = await imported(t, {
    ...{ 'model.onnx': tinyClassifier(), 'preprocessor_config.json': processor },
  });
  t.match(text, /note: it cannot be served as it is: .*model\.json: /);
});

t.test('what cannot be imported', async (t) => {
  const refused = (files: Record<string, Uint8Array | object>, message: RegExp, file = '') =>
    t.rejects(imported(t, files, file), { name: 'ModelRefusedError', message });
  await refused({}, /has no ONNX file; export the model to ONNX first/);
  await refused({}, /nothing does not exist$/, 'nothing');
  const two = { 'a.onnx': tinyClassifier(), 'b.onnx': tinyClassifier() };
  await refused(two, /several ONNX files \(a\.onnx, b\.onnx\); give the one to import, such as/);
  await refused({ 'model.onnx': Buffer.from('PK\x03\x04') }, /a ZIP archive/);
  await refused({ 'model.onnx': tinyClassifier(), 'config.json': [1] }, /is not a JSON object/);
  await refused(
    { 'model.onnx': tinyClassifier(), 'config.json': Buffer.from('{') },
    /config\.json is not valid JSON/,
  );
  const { onnx } = externalWeights(tinyClassifier(), '../secret');
  await refused({ 'model.onnx': onnx }, /outside the model's folder/);
  await refused(
    { 'model.onnx': tinyClassifier({ scores: 'unsaid' }) },
    /the number of classes; wr/,
  );

  const folder = t.testdir({ 'a.onnx': '', models: { a: {} } });
  writeFileSync(join(folder, 'a.onnx'), tinyClassifier());
  mkdirSync(join(folder, 'models', 'a'), { recursive: true });
  const again = importModel(join(folder, 'a.onnx'), join(folder, 'models'), () => {});
  await t.rejects(again, { message: /models\/a already exists; move it away, or rename what/ });
  t.notOk(existsSync(join(folder, 'models', 'a', 'model.onnx')));
});
