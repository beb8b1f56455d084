import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import t from 'tap';
import {
  ModelProtoSchema,
  StringStringEntryProtoSchema,
} from '../../../src/engine/graph/generated/onnx_pb.js';
import { readGraph } from '../../../src/engine/graph/index.js';
import { integer, node, value } from '../../../src/engine/graph/onnx-builders.js';
import { readModelFolder } from '../../../src/engine/model/model-folder.js';
import { fixedBatchModel } from '../../helpers/fixed-batch-model.js';
import {
  DataType,
  LABELS,
  MANIFEST,
  type ModelFolderParts,
  tinyClassifier,
  writeModelFolder,
} from '../../helpers/onnx-models.js';

type Folders = Pick<typeof t, 'testdir'>;

/** Reads a folder that is good but for `parts`. */
async function read(t: Folders, parts: ModelFolderParts = {}) {
  const folder = t.testdir({});
  writeModelFolder(folder, parts);
  return readModelFolder(folder);
}

/** What of the manifest is refused, and the words that must name it. */
function refused(words: RegExp) {
  return { name: 'ModelRefusedError', message: words };
}

t.test('a good folder', async (t) => {
  const model = await read(t);
  t.same(model.manifest, MANIFEST);
  t.same(model.labels, LABELS);
  t.equal(model.topK, 4);
  t.equal(model.imageBytes, 8 * 8 * 3);
  t.ok(Buffer.from(model.graph).includes('batch_dispatch/image'), 'the graph is rewritten');
});

t.test('at most 100 classes are kept', async (t) => {
  for (const [classes, topK] of [
    [1, 1],
    [100, 100],
    [101, 100],
  ] as const) {
    const labels = Array.from({ length: classes }, (_, i) => `label ${i}`);
    const manifest = { output: 'sigmoid' };
    const onnx = tinyClassifier({ classes });
    t.match(await read(t, { onnx, labels, manifest }), { topK }, `${classes}`);
  }
});

t.test('a missing file is named, with what a folder holds', async (t) => {
  for (const name of ['model.json', 'labels.txt', 'model.onnx']) {
    const folder = t.testdir({});
    writeModelFolder(folder);
    await rm(join(folder, name));
    await t.rejects(readModelFolder(folder), {
      name: 'ModelRefusedError',
      message: `cannot read ${join(folder, name)}; a model is a folder with model.onnx, labels.txt`,
      cause: { code: 'ENOENT' },
    });
  }
  const nowhere = join(t.testdir({}), 'nowhere');
  await t.rejects(readModelFolder(nowhere), refused(/cannot read .*nowhere/));
});

t.test('labels are lines, however they end', async (t) => {
  for (const [name, text] of Object.entries({
    LF: 'a\nb, c\nd\ne\n',
    CRLF: 'a\r\nb, c\r\nd\r\ne\r\n',
    'no last line break': 'a\nb, c\nd\ne',
    'CRLF but the last': 'a\r\nb, c\r\nd\r\ne',
  })) {
    t.same((await read(t, { labels: text })).labels, ['a', 'b, c', 'd', 'e'], name);
  }
  t.same((await read(t, { labels: 'é\n猫\n\n犬\n' })).labels, ['é', '猫', '', '犬']);
});

t.test('a label too few or too many is refused with both counts', async (t) => {
  for (const labels of [LABELS.slice(1), [...LABELS, 'more'], [...LABELS, '']]) {
    const words = new RegExp(
      `labels.txt has ${labels.length} labels but the model has 4 classes; write one line for each`,
    );
    await t.rejects(read(t, { labels }), refused(words));
  }
  await t.rejects(read(t, { labels: '' }), refused(/labels.txt is empty/));
});

t.test('a graph that does not say its classes has as many as there are labels', async (t) => {
  t.match(await read(t, { onnx: tinyClassifier({ scores: 'unsaid' }) }), { topK: 4 });
});

t.test('no labels at all are refused even if the graph says nothing', async (t) => {
  const onnx = tinyClassifier({ scores: 'unsaid' });
  await t.rejects(read(t, { onnx, labels: '' }), refused(/labels.txt is empty/));
});

t.test('a byte order mark is no part of a file', async (t) => {
  const manifest = `\uFEFF${JSON.stringify(MANIFEST)}`;
  const labels = `\uFEFF${LABELS.join('\n')}`;
  t.match(await read(t, { manifest, labels }), { labels: LABELS, manifest: MANIFEST });
});

t.test('what is wrong with the graph names its file', async (t) => {
  await t.rejects(read(t, { onnx: Buffer.from('x') }), refused(/model\.onnx: this is not an ONNX/));
  const input = { std: [1, 1, 1], mean: [0, 0, 0] };
  await t.rejects(
    read(t, { onnx: tinyClassifier({ output: 'probabilities' }), manifest: { input } }),
    refused(/model\.onnx: the graph ends in a softmax/),
  );
});

t.test('a model.json that is no JSON is named', async (t) => {
  for (const manifest of ['', '{', "{'name': 'x'}", '{"name": "x",}']) {
    await t.rejects(read(t, { manifest }), refused(/model\.json is not valid JSON/), manifest);
  }
  await t.rejects(read(t, { manifest: '[]' }), refused(/model\.json: /));
});

t.test('a key that model.json does not have is named', async (t) => {
  await t.rejects(
    read(t, { manifest: { colour: 'rgb' } }),
    refused(/model\.json: unknown key colour$/),
  );
  const input = { chanelOrder: 'rgb' };
  await t.rejects(
    read(t, { manifest: { input } }),
    refused(/model\.json: unknown key input\.chanelOrder$/),
  );
});

t.test('a value that is not legal is named', async (t) => {
  const wrong = {
    width: [0, -1, 4097, 8.5, '8', null],
    height: [0, 4097],
    channelOrder: ['RGB', 'grey'],
    mean: [[0, 0], [0, 0, 0, 0], 0, ['0', 0, 0], [1e300, 0, 0]],
    std: [[1, 1, 0], [1, 1, -1], [1], [1e-320, 1, 1]],
    resize: ['crop', { shortest: 0 }, { longest: 8 }, { shortest: 8, crop: true }, { width: 8 }],
    crop: [0, 1.1, -1, '1', { width: 8 }],
    pad: [[0, 0], [0, 0, 256], [0, 0, -1], [0, 0, 0.5], 'black'],
    filter: ['triangle', 'BILINEAR', 3],
    cropRounding: ['round', 0],
  };
  for (const [key, values] of Object.entries(wrong)) {
    for (const value of values) {
      const manifest = { input: { [key]: value } };
      const name = `${key} ${JSON.stringify(value)}`;
      await t.rejects(read(t, { manifest }), refused(new RegExp(`input.${key}`)), name);
    }
  }
  await t.rejects(
    read(t, { manifest: { output: 'scores' } }),
    refused(/: output: must be "logits", "probabilities" or "sigmoid"$/),
  );
  const description = 'x'.repeat(501);
  await t.rejects(
    read(t, { manifest: { description } }),
    refused(/: description: must have at most 500 characters$/),
  );
  const good = { description: 'x'.repeat(500), output: 'probabilities' };
  const onnx = tinyClassifier({ output: 'probabilities' });
  t.match((await read(t, { onnx, manifest: good })).manifest, good);
  await t.rejects(
    read(t, { manifest: { outputName: '' } }),
    refused(/: outputName: must not be empty$/),
  );
});

t.test('a name is 1 to 64 of a few characters', async (t) => {
  for (const name of ['a', '0', 'resnet-50_v1.5', 'a'.repeat(64)]) {
    t.match((await read(t, { manifest: { name } })).manifest, { name });
  }
  for (const name of ['', 'A', '-a', '.a', '_a', 'a b', 'a/b', 'é', 'a\n', 'a'.repeat(65)]) {
    await t.rejects(read(t, { manifest: { name } }), refused(/: name: must be 1 to 64 of /));
  }
});

t.test('the shortest side covers the input', async (t) => {
  const onnx = tinyClassifier({ width: 10, height: 6 });
  const folder = (shortest: number) => {
    const manifest = { input: { width: 10, height: 6, resize: { shortest } } };
    return read(t, { onnx, manifest });
  };
  t.match((await folder(10)).manifest.input, { resize: { shortest: 10 } });
  t.match((await folder(11)).imageBytes, 10 * 6 * 3);
  await t.rejects(folder(9), refused(/shortest must be at least width and height/));
});

t.test('keys of the geometry that do not go together are refused', async (t) => {
  const onnx = tinyClassifier({ width: 10, height: 6 });
  const folder = (input: object) =>
    read(t, { onnx, manifest: { input: { width: 10, height: 6, ...input } } });
  const pad = [1, 2, 3];
  const shortest = { shortest: 12 };
  for (const input of [
    { resize: { width: 10, height: 6 } },
    { resize: { width: 12, height: 6 }, crop: { width: 10, height: 6 }, pad },
    { resize: shortest, crop: { width: 10, height: 6 }, cropRounding: 'floor' },
    { resize: 'squash', crop: 0.875, pad, filter: 'lanczos' },
    { resize: 'squash', crop: 1 },
  ]) {
    t.match((await folder(input)).manifest.input, input);
  }
  for (const [input, why] of [
    [{ resize: 'stretch' }, /input\.resize: must be "squash", or must be an object in braces$/],
    [{ resize: { width: 9, height: 6 } }, /must be at least width and height of the input/],
    [{ resize: { width: 10, height: 5 } }, /must be at least width and height of the input/],
    [{ resize: shortest, crop: 0.875 }, /a share goes with "squash" alone/],
    [{ resize: { width: 12, height: 12 }, crop: 0.875 }, /a share goes with "squash" alone/],
    [{ resize: 'squash', crop: { width: 10, height: 5 } }, /must be width and height, or a share/],
    [{ resize: shortest, pad }, /goes with "squash" or/],
  ] as const) {
    await t.rejects(folder(input), refused(why), JSON.stringify(input));
  }
});

t.test('a model that is none, or that does not fit, is refused', async (t) => {
  await t.rejects(read(t, { onnx: Buffer.from('text') }), refused(/not an ONNX model/));
  const onnx = tinyClassifier({ width: 10 });
  await t.rejects(read(t, { onnx }), refused(/set input\.width to 10/));
});

t.test('what an operator should know is said, with the file', async (t) => {
  const parsed = readGraph(tinyClassifier({ hasBatch: false }));
  parsed.graph.output.push(value('features', DataType.FLOAT, [9]));
  const folder = t.testdir({});
  writeModelFolder(folder, {
    onnx: toBinary(ModelProtoSchema, parsed.model),
    manifest: { input: { std: [0.2, 0.2, 0.2] } },
  });
  const said: string[] = [];
  const model = await readModelFolder(folder, { say: (line) => said.push(line) });
  t.match(model.batch, { size: 1, why: 'fixed' });
  const file = join(folder, 'model.onnx');
  t.match(said, [
    `${file}: "scores" is the only one of its 2 outputs that can hold the scores; to use another`,
    `${file}: std in model.json is 0.2, 0.2, 0.2; mean and std must`,
    `${file}: the batch is fixed at 1 and cannot be made dynamic (its input has no batch dim`,
  ]);
  const nothing = (line: string) => t.notMatch(line, /batch/, 'it is not tried again');
  t.equal((await readModelFolder(folder, { say: nothing, batch: model.batch })).batch, model.batch);
});

t.test('scores that are not what model.json says', async (t) => {
  const manifest = { output: 'probabilities' };
  await t.rejects(read(t, { manifest }), refused(/model\.onnx: model\.json says that the output/));
});

t.test('an output that is named', async (t) => {
  const manifest = { outputName: 'scores' };
  t.match((await read(t, { manifest })).manifest, manifest);
  await t.rejects(
    read(t, { manifest: { outputName: 'other' } }),
    refused(/has no output "other" \(outputName in model\.json\)/),
  );
});

t.test('a batch that was opened is opened again where it is known', async (t) => {
  const folder = t.testdir({});
  writeModelFolder(folder, { onnx: tinyClassifier({ batch: 1 }) });
  const first = await readModelFolder(folder);
  t.match(first.batch, { isOpened: true });
  const second = await readModelFolder(folder, { batch: first.batch });
  t.ok(Buffer.from(second.graph).equals(first.graph));
});

t.test('neighbours that count, in a batch that is fixed', async (t) => {
  const head = [node('Flatten'), node('Softmax', [], [integer('axis', 0)])];
  const onnx = fixedBatchModel({ batch: 8, outputRows: 8, head, opset: 11 });
  const parts = { onnx, labels: ['a', 'b', 'c'], manifest: { output: 'probabilities' } };
  await t.rejects(
    read(t, parts),
    refused(/answer depends on the other images of its batch .*dynamic batch dimension$/),
  );
});

t.test('the folder is only read', async (t) => {
  const folder = t.testdir({});
  writeModelFolder(folder);
  await writeFile(join(folder, 'README.md'), 'Other files do no harm.\n');
  await readModelFolder(folder);
  const onnx = await readFile(join(folder, 'model.onnx'));
  t.ok(onnx.equals(tinyClassifier()));
});

t.test('class names in the metadata or in config.json serve without a labels.txt', async (t) => {
  const folder = t.testdir({});
  const { model } = readGraph(tinyClassifier());
  const names = "{0: 'a', 1: 'b', 2: 'c', 3: 'd'}";
  model.metadataProps.push(create(StringStringEntryProtoSchema, { key: 'names', value: names }));
  writeModelFolder(folder, { onnx: toBinary(ModelProtoSchema, model) });
  t.match(await readModelFolder(folder), { labels: LABELS }, 'labels.txt goes first');
  await rm(join(folder, 'labels.txt'));
  const said: string[] = [];
  const found = await readModelFolder(folder, { say: (line) => said.push(line) });
  t.same(found.labels, ['a', 'b', 'c', 'd']);
  t.match(said, [/model\.onnx: there is no labels\.txt; the labels are the names in its metadata/]);

  writeModelFolder(folder);
  await rm(join(folder, 'labels.txt'));
  const config = (id2label: unknown) =>
    writeFile(join(folder, 'config.json'), JSON.stringify({ id2label }));
  await config({ 0: 'e', 1: 'f', 2: 'g', 3: 'h' });
  t.same((await readModelFolder(folder)).labels, ['e', 'f', 'g', 'h']);
  await config({ 0: 'e', 1: 'f' });
  await t.rejects(
    readModelFolder(folder),
    refused(/the id2label in config\.json give 2 labels but the model has 4 classes; write a lab/),
  );
  for (const text of ['{', 'null', '{}']) {
    await writeFile(join(folder, 'config.json'), text);
    await t.rejects(readModelFolder(folder), refused(/cannot read .*labels\.txt/), text);
  }
});
