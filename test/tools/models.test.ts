import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { modelManifest } from '../../src/engine/model/model-manifest.js';
import { KNOWN_MODELS } from '../../src/tools/models/known-models.js';
import { fileServer, status, whole } from '../helpers/file-server.js';
import { writeModelFolder } from '../helpers/onnx-models.js';

const PROGRAM = resolve('dist/src/tools/models.js');

/** Runs the command in a folder as `npm run models` does in the project. */
async function models(folder: string, ...args: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: folder });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, err };
}

t.test('--help tells the commands', async (t) => {
  const { code, out } = await models(t.testdir(), '--help');
  t.equal(code, 0);
  t.match(out, /^Usage: npm run models -- COMMAND\n/);
});

t.test('the models are listed, with what is here', async (t) => {
  const folder = t.testdir({ models: { 'caffenet-12': {} } });
  const { code, out, err } = await models(folder, 'list');
  t.same([code, err], [0, '']);
  const lines = out.split('\n');
  t.match(lines[0], /^name +size +input +licence +what +here$/);
  for (const { name } of KNOWN_MODELS) t.ok(lines.some((line) => line.startsWith(`${name} `)));
  t.match(
    out,
    /caffenet-12 +243\.9 MB +224x224 +BSD-3-Clause +CaffeNet, .* +models\/caffenet-12\n/,
  );
  t.match(out, /squeezenet1\.1-7 +5\.0 MB .* -\n/);
  t.ok(lines.every(({ length }) => length <= 120));
});

t.test('what is known of each model can be served', async (t) => {
  for (const { name, files, manifest } of KNOWN_MODELS) {
    t.same(modelManifest.parse(manifest), manifest);
    t.equal(manifest.name, name);
    t.same(
      files.map((file) => file.name),
      ['model.onnx', 'labels.txt'],
    );
    t.ok(files.every(({ sha256, bytes }) => /^[0-9a-f]{64}$/.test(sha256) && bytes > 0));
  }
  t.equal(new Set(KNOWN_MODELS.map(({ name }) => name)).size, KNOWN_MODELS.length);
  const caffe = KNOWN_MODELS.find(({ name }) => name === 'caffenet-12');
  t.match(caffe?.manifest, {
    input: { channelOrder: 'bgr', mean: [123, 117, 104], std: [1, 1, 1], resize: 'squash' },
    output: 'probabilities',
  });
});

async function fails(t: Test, folder: string, args: string[], words: RegExp, exitCode = 1) {
  const { code, out, err } = await models(folder, ...args);
  t.same([code, out], [exitCode, ''], args.join(' '));
  t.match(err, words);
  t.notMatch(err, /\n {4}at /, 'no stack');
}

t.test('a pull that fails ends with a sentence and leaves no folder', async (t) => {
  const folder = t.testdir({});
  const gone = await fileServer(t, status(404));
  const pull = (name: string, from: string) => ['pull', name, '--from', from];
  await fails(t, folder, pull('caffenet-12', gone.url), /caffenet-12\.onnx does not exist \(404\)/);
  t.same(gone.paths, ['/caffenet/model/caffenet-12.onnx']);
  const other = await fileServer(t, whole(Buffer.alloc(3_655_033)));
  await fails(
    t,
    folder,
    pull('mobilenetv2-12-int8', other.url),
    /a different SHA-256; nothing was kept/,
  );
  t.same(
    readdirSync(join(folder, 'models')).filter((name) => !name.startsWith('.')),
    [],
  );
  mkdirSync(join(folder, 'models/caffenet-12'));
  await fails(t, folder, pull('caffenet-12', other.url), /models\/caffenet-12 already exists, and/);
});

t.test('a name is none of the known, and never a path', async (t) => {
  const folder = t.testdir({});
  for (const name of ['nothing', '../caffenet-12', 'CaffeNet-12']) {
    const words =
      /^there is no model named ".*"; known models: mobilenetv2-12-int8, .*caffenet-12\n$/;
    await fails(t, folder, ['pull', name], words);
  }
  t.same(readdirSync(folder), []);
});

t.test('what is no command prints how to use it', async (t) => {
  const folder = t.testdir({});
  for (const args of [[], ['pull'], ['list', 'x'], ['remove', 'x']]) {
    await fails(t, folder, args, /^Usage: npm run models -- COMMAND\n/, 2);
  }
  await fails(t, folder, ['pull', 'caffenet-12', '--from', 'here'], /^Usage/, 2);
  await fails(t, folder, ['list', '--all'], /Unknown option '--all'/, 2);
});

t.test('a model is checked', async (t) => {
  const folder = t.testdir({});
  writeModelFolder(join(folder, 'models/tiny'));
  const { code, out } = await models(folder, 'check', 'models/tiny');
  t.equal(code, 0);
  t.match(out, /ready: npm start -- --model models\/tiny\n$/);
  const none = await models(folder, 'check', 'models/none');
  t.same(none, { code: 1, out: '', err: 'models/none does not exist\n' });
});
