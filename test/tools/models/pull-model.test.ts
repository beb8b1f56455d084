import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readModelFolder } from '../../../src/engine/index.js';
import type { KnownModel } from '../../../src/tools/models/known-models.js';
import { pullModel } from '../../../src/tools/models/pull-model.js';
import { externalWeights } from '../../helpers/external-weights.js';
import { type Answer, fileServer, ranged, status } from '../../helpers/file-server.js';
import { LABELS, MANIFEST, tinyClassifier } from '../../helpers/onnx-models.js';

const EXTERNAL = externalWeights(tinyClassifier(), 'model.onnx.data');
const FILES: Record<string, Uint8Array> = {
  '/zoo/tiny/model/tiny-1.onnx': tinyClassifier(),
  '/zoo/labels.txt': Buffer.from(LABELS.join('\n')),
};

function pinned(name: string, path: string, files = FILES) {
  const bytes = files[`/zoo/${path}`] ?? new Uint8Array();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name, path, bytes: bytes.length, sha256 };
}

const MODEL: KnownModel = {
  name: 'tiny-1',
  title: 'Tiny',
  licence: 'MIT',
  files: [pinned('model.onnx', 'tiny/model/tiny-1.onnx'), pinned('labels.txt', 'labels.txt')],
  manifest: {
    ...MANIFEST,
    name: 'tiny-1',
    input: { ...MANIFEST.input, mean: [0, 0, 0], std: [255, 255, 255] },
  },
};

/** Its weights are in another file. */
const EXTERNAL_FILES: Record<string, Uint8Array> = {
  '/zoo/tiny-2.onnx': EXTERNAL.onnx,
  '/zoo/tiny-2.onnx.data': EXTERNAL.weights,
  '/zoo/labels.txt': Buffer.from(LABELS.join('\n')),
};

const zoo: Answer = (response, request) => {
  const url = request.url ?? '';
  const bytes = FILES[url] ?? EXTERNAL_FILES[url];
  (bytes ? ranged(bytes) : status(404))(response, request);
};

t.test('a model is pulled into a folder that can be served', async (t) => {
  const root = join(t.testdir({}), 'models');
  const { url, paths } = await fileServer(t, zoo);
  const told: number[] = [];
  const options = { from: `${url}/zoo/`, progress: (bytes: number) => told.push(bytes) };
  t.equal(await pullModel(MODEL, root, options), true);
  t.same(paths, ['/zoo/tiny/model/tiny-1.onnx', '/zoo/labels.txt']);
  t.same(readdirSync(root), ['tiny-1'], 'and nothing else is left');
  t.same((await readModelFolder(join(root, 'tiny-1'))).manifest, MODEL.manifest);
  t.same(
    told,
    told.toSorted((a, b) => a - b),
  );
  t.equal(
    told.at(-1),
    Object.values(FILES).reduce((sum, { length }) => sum + length, 0),
  );

  t.equal(await pullModel(MODEL, root, options), false, 'pulled again, it is there');
  t.equal(paths.length, 2, 'and nobody is asked');
});

t.test('unless every file is there, there is no folder, and a later pull goes on', async (t) => {
  const root = t.testdir({});
  const { url, paths } = await fileServer(t, zoo, status(500), zoo);
  const options = { from: `${url}/zoo` };
  await t.rejects(pullModel(MODEL, root, options), { name: 'DownloadError', message: /500/ });
  t.same(readdirSync(root), ['.tiny-1.part']);
  t.equal(await pullModel(MODEL, root, options), true);
  t.same(readdirSync(root), ['tiny-1']);
  t.same(paths, ['/zoo/tiny/model/tiny-1.onnx', '/zoo/labels.txt', '/zoo/labels.txt']);
});

t.test('where nothing came, nothing is left', async (t) => {
  const root = t.testdir({});
  const { url } = await fileServer(t, status(404));
  await t.rejects(pullModel(MODEL, root, { from: url }), { message: /\(404\)/ });
  t.same(readdirSync(root), []);
});

t.test('a folder that has the name already and is another is left alone', async (t) => {
  const { url, paths } = await fileServer(t, zoo);
  for (const make of [
    (folder: string) => mkdirSync(folder),
    (folder: string) => {
      mkdirSync(folder);
      for (const { name, path } of MODEL.files) {
        writeFileSync(join(folder, name), FILES[`/zoo/${path}`] ?? '');
      }
      // Whole but for its model.json.
    },
    (folder: string) => writeFileSync(folder, 'a file'),
  ]) {
    const root = t.testdir({});
    make(join(root, 'tiny-1'));
    await t.rejects(pullModel(MODEL, root, { from: `${url}/zoo` }), {
      name: 'DownloadError',
      message: /tiny-1 already exists, and its files are not those of tiny-1; move it away, or/,
    });
    t.same(readdirSync(root), ['tiny-1']);
  }
  t.same(paths, []);
});

t.test('a folder whose model.json was changed counts as pulled', async (t) => {
  const root = t.testdir({});
  const { url } = await fileServer(t, zoo);
  await pullModel(MODEL, root, { from: `${url}/zoo` });
  const path = join(root, 'tiny-1', 'model.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"rgb"', '"bgr"'));
  t.equal(await pullModel(MODEL, root, { from: `${url}/zoo` }), false);
  t.match(readFileSync(path, 'utf8'), /bgr/);
});

t.test('where nothing can be written, that is said', async (t) => {
  const { url } = await fileServer(t, zoo);
  const root = join(t.testdir({ file: '' }), 'file');
  await t.rejects(pullModel(MODEL, root, { from: `${url}/zoo` }), {
    name: 'DownloadError',
    message: /^cannot write .*\.tiny-1\.part \(ENOTDIR\)$/,
  });
  t.ok(existsSync(root));
});

t.test(
  'the files of its weights are pulled, and held to their checksums, as all others',
  async (t) => {
    const root = join(t.testdir({}), 'models');
    const { url } = await fileServer(t, zoo);
    const from = `${url}/zoo`;
    const external = {
      ...MODEL,
      name: 'tiny-2',
      files: [
        pinned('model.onnx', 'tiny-2.onnx', EXTERNAL_FILES),
        pinned('model.onnx.data', 'tiny-2.onnx.data', EXTERNAL_FILES),
        pinned('labels.txt', 'labels.txt', EXTERNAL_FILES),
      ],
    };
    t.equal(await pullModel(external, root, { from }), true);
    const folder = join(root, 'tiny-2');
    t.match((await readModelFolder(folder)).weights, { names: ['model.onnx.data'] });
    t.equal(await pullModel(external, root, { from }), false);
    writeFileSync(join(folder, 'model.onnx.data'), Buffer.alloc(EXTERNAL.weights.length));
    await t.rejects(pullModel(external, root, { from }), { message: /its files are not those of/ });
  },
);
