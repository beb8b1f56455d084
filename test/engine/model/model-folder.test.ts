import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { readModelFolder } from '../../../src/engine/model/model-folder.js';
import {
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
    t.match(await read(t, { onnx: tinyClassifier({ classes }), labels }), { topK }, `${classes}`);
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
  await t.rejects(read(t, { labels: '' }), refused(/labels.txt has 0 labels/));
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
  await t.rejects(
    read(t, { onnx: tinyClassifier({ batch: 8 }) }),
    refused(/model\.onnx: the batch/),
  );
});

t.test('a model.json that is no JSON is named', async (t) => {
  for (const manifest of ['', '{', "{'name': 'x'}", '{"name": "x",}']) {
    await t.rejects(read(t, { manifest }), refused(/model\.json is not valid JSON/), manifest);
  }
  await t.rejects(read(t, { manifest: '[]' }), refused(/model\.json: /));
});

t.test('a key that model.json does not have is named', async (t) => {
  await t.rejects(read(t, { manifest: { colour: 'rgb' } }), refused(/model\.json: .*"colour"/));
  const input = { chanelOrder: 'rgb' };
  await t.rejects(read(t, { manifest: { input } }), refused(/model\.json: .*"chanelOrder"/));
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
  await t.rejects(read(t, { manifest: { output: 'scores' } }), refused(/→ at output/));
  const description = 'x'.repeat(501);
  await t.rejects(read(t, { manifest: { description } }), refused(/→ at description/));
  const good = { description: 'x'.repeat(500), output: 'probabilities' };
  t.match((await read(t, { manifest: good })).manifest, good);
});

t.test('a name is 1 to 64 of a few characters', async (t) => {
  for (const name of ['a', '0', 'resnet-50_v1.5', 'a'.repeat(64)]) {
    t.match((await read(t, { manifest: { name } })).manifest, { name });
  }
  for (const name of ['', 'A', '-a', '.a', '_a', 'a b', 'a/b', 'é', 'a\n', 'a'.repeat(65)]) {
    await t.rejects(read(t, { manifest: { name } }), refused(/must be 1 to 64 of .*→ at name/));
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
  await t.rejects(read(t, { onnx: tinyClassifier({ batch: 8 }) }), refused(/dynamic batch/));
  const onnx = tinyClassifier({ width: 10 });
  await t.rejects(read(t, { onnx }), refused(/set input\.width to 10/));
});

t.test('the folder is only read', async (t) => {
  const folder = t.testdir({});
  writeModelFolder(folder);
  await writeFile(join(folder, 'README.md'), 'Other files do no harm.\n');
  await readModelFolder(folder);
  const onnx = await readFile(join(folder, 'model.onnx'));
  t.ok(onnx.equals(tinyClassifier()));
});
