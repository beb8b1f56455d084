import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

const PROGRAM = resolve('dist/src/batch-dispatch.js');
const IMAGES = Object.keys(JSON.parse(readFileSync('images/expected.json', 'utf8')));
/** One image per batch, so that the scores are those of the server to the last digit. */
const CONFIG = {
  models: [resolve('models/demo')],
  engine: { provider: 'cpu' },
  batching: { maxBatchSize: 1 },
};

interface Line {
  readonly path: string;
  readonly model: string;
  readonly predictions?: unknown;
  readonly error?: { readonly code: string };
}

/** The command, which runs in a folder, and what it has said when it has ended. */
function start(folder: string, words: readonly string[], preload?: string) {
  const flags = preload === undefined ? [] : ['--import', resolve('test/helpers/preload', preload)];
  const args = [...flags, PROGRAM, 'classify', ...words];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { child, ended: said.then(([out, err, [code]]) => ({ code, out, err })) };
}

async function classify(folder: string, ...words: string[]) {
  return await start(folder, words).ended;
}

/** A folder with the sample images in `photos` and a configuration. */
function setUp(t: Test, config: object = CONFIG): string {
  const folder = t.testdir({ 'batch-dispatch.json': JSON.stringify(config) });
  mkdirSync(join(folder, 'photos'));
  for (const name of IMAGES) copyFileSync(join('images', name), join(folder, 'photos', name));
  return folder;
}

function linesOf(file: string): Line[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  t.equal(lines.pop(), '', 'the last line is whole');
  return lines.map((line) => JSON.parse(line));
}

t.test('each image has the answer of the server, and each error its code', async (t) => {
  const folder = setUp(t);
  const broken = readFileSync('images/3.jpg').subarray(0, 5000);
  const odd = { 'torn.jpg': broken, 'notes.jpg': Buffer.from('notes'), 'empty.png': '' };
  const more = join(folder, 'photos/more');
  mkdirSync(more);
  for (const [name, bytes] of Object.entries(odd)) {
    writeFileSync(join(more, name), bytes);
  }
  const { code, out } = await classify(folder, 'photos', '--out', 'answers.jsonl');
  t.equal(code, 1, 'some have no answer');
  t.match(out, new RegExp(`^classified +${IMAGES.length}\nwith an error +3\n`));
  const lines = linesOf(join(folder, 'answers.jsonl'));
  t.equal(lines.length, IMAGES.length + 3);
  const url = await startServer(t, ['--config', join(folder, 'batch-dispatch.json')]).url;
  for (const { path, model, predictions, error } of lines) {
    const body = readFileSync(join(folder, path));
    const answer = await fetch(`${url}/api/classify`, { method: 'POST', body });
    const served = (await answer.json()) as { code?: string };
    t.equal(model, 'demo');
    if (error) t.equal(error.code, served.code, path);
    else t.same(predictions, served, path);
  }
});

t.test('a second run classifies what is new, and repairs a torn line', async (t) => {
  const folder = setUp(t);
  const file = join(folder, 'answers.csv');
  const first = await classify(folder, 'photos', '--out', 'answers.csv', '--top-k', '1');
  t.equal(first.code, 0, first.err);
  const whole = readFileSync(file, 'utf8');
  truncateSync(file, statSync(file).size - 7);
  copyFileSync('images/1.jpg', join(folder, 'photos/new, "one".jpg'));
  const second = await classify(folder, 'photos', '--out', 'answers.csv', '--top-k', '1');
  t.equal(second.code, 0, second.err);
  t.match(
    second.out,
    new RegExp(`^classified +2\nwith an error +0\nthere already +${IMAGES.length - 1}\n`),
  );
  const records = readFileSync(file, 'utf8').trimEnd().split('\n');
  t.same(records.slice(0, IMAGES.length), whole.trimEnd().split('\n').slice(0, -1));
  t.same(
    records.map((record) => record.split(',')[0]).sort(),
    ['"photos/new', 'path', ...IMAGES.map((name) => `photos/${name}`)].sort(),
  );
});

/** Images that take a slow decoder long, so that a run does not end before it is disturbed. */
function setUpSlow(t: Test) {
  const slow = {
    decode: { decoder: 'jpeg-js', threads: 1 },
    batching: { maxBatchSize: 2, maxQueueSize: 4 },
  };
  const folder = setUp(t, { ...CONFIG, ...slow });
  writeFileSync(join(folder, 'fast.json'), JSON.stringify(CONFIG));
  mkdirSync(join(folder, 'many'));
  const paths = Array.from({ length: 80 }, (_, i) => `many/${i}.jpg`);
  for (const path of paths) symlinkSync('../photos/3.jpg', join(folder, path));
  const file = join(folder, 'answers.jsonl');
  const hasBegun = () => until(() => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0);
  return { folder, file, paths, hasBegun };
}

t.test('Ctrl-C finishes what is in flight, and the same command does the rest', async (t) => {
  const { folder, file, paths, hasBegun } = setUpSlow(t);
  const { child, ended } = start(folder, ['many', '--out', 'answers.jsonl']);
  await hasBegun();
  child.kill('SIGINT');
  const { code, err } = await ended;
  t.equal(code, 130);
  t.match(err, /^interrupted; the same command again classifies the other \d+\.$/m);
  const done = linesOf(file).length;
  t.ok(done > 0 && done < paths.length, `${done} lines`);
  const words = ['many', '--out', 'answers.jsonl', '--config', 'fast.json'];
  const second = await classify(folder, ...words);
  t.equal(second.code, 0, second.err);
  const written = linesOf(file).map(({ path }) => path);
  t.same(written.sort(), paths.toSorted());
});

t.test('when the model stops working, no image gets an error for it', async (t) => {
  const { folder, file, hasBegun } = setUpSlow(t);
  const { child, ended } = start(folder, ['many', '--out', 'answers.jsonl'], 'end-threads.mjs');
  await hasBegun();
  child.kill('SIGWINCH');
  const { code, err } = await ended;
  t.equal(code, 1);
  t.match(err, /^the model has stopped working on cpu$/m);
  t.same(
    linesOf(file).filter(({ error }) => error !== undefined),
    [],
  );
});

t.test('what it cannot do is one sentence', async (t) => {
  const folder = setUp(t);
  writeFileSync(join(folder, 'mine.csv'), 'my,own\n1,2\n');
  for (const [words, code, sentence] of [
    [[], 2, /^Usage: /],
    [['photos', '--out', 'answers.txt'], 2, /^--out must end with \.jsonl or \.csv/],
    [['none', '--out', 'a.csv'], 1, /^there is nothing at none$/m],
    [['batch-dispatch.json', '--out', 'a.csv', '--config', 'none'], 1, /configuration file none$/m],
    [['photos', '--out', 'mine.csv'], 1, /^mine\.csv contains something other/m],
    [['photos', '--out', 'a.csv', '--model', 'none'], 1, /none/],
  ] as const) {
    const run = await classify(folder, ...words);
    t.same([run.code, run.out], [code, ''], `${words.join(' ')}: ${run.err}`);
    t.match(run.err, sentence);
    t.notMatch(run.err, /\n {4}at /, 'no stack');
  }
  t.equal(readFileSync(join(folder, 'mine.csv'), 'utf8'), 'my,own\n1,2\n');
});
