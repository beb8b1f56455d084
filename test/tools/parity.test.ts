import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { readReference } from '../../src/tools/parity/read-reference.js';
import { startServer } from '../helpers/start-server.js';

const MODEL = 'models/demo';
const LABELS = readFileSync(`${MODEL}/labels.txt`, 'utf8').split('\n').filter(Boolean);

/** Runs the command as npm does. */
async function parity(...args: string[]) {
  const child = spawn(process.execPath, ['dist/src/tools/parity.js', ...args]);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, err };
}

t.test('a running server is compared with a reference', async (t) => {
  const url = await startServer(t).url;
  const reference: Record<string, number[]> = {};
  for (const name of ['1.jpg', '2.jpg', '3.jpg']) {
    const body = readFileSync(join('images', name));
    const response = await fetch(`${url}/api/classify?top_k=100`, { method: 'POST', body });
    const answer = (await response.json()) as { confidence: number; label: string }[];
    reference[name] = LABELS.map(
      (label) => answer.find((one) => one.label === label)?.confidence ?? Number.NaN,
    );
  }
  const file = join(t.testdir(), 'reference.json');
  const compare = (other: Record<string, number[]>) => {
    writeFileSync(file, JSON.stringify(other));
    return parity('--model', MODEL, '--images', 'images', '--reference', file, '--url', url);
  };
  t.match(await compare(reference), {
    code: 0,
    err: '',
    out: /images +3\nwithout an answer +0\nanother first class +0\nlargest difference +0\.0000\n/,
  });

  const shifted = reference['2.jpg']?.map((value) => Math.max(0, value - 0.006)) ?? [];
  t.match(await compare({ ...reference, '2.jpg': shifted }), {
    code: 1,
    out: /^2\.jpg: a probability differs by 0\.0060\n/,
  });
  const turned = reference['1.jpg']?.toReversed() ?? [];
  const gone = reference['1.jpg'] ?? [];
  const { code, out } = await compare({ ...reference, '1.jpg': turned, 'gone.jpg': gone });
  t.equal(code, 1);
  t.match(out, /gone\.jpg: ENOENT/);
  t.match(out, /1\.jpg: another first class/);
  t.match(out, /without an answer +1\nanother first class +1\n/);
});

t.test('a reference is an object of lists, one number for each class', async (t) => {
  const folder = t.testdir();
  const read = (content: string, classes = 2) => {
    const file = join(folder, 'reference.json');
    writeFileSync(file, content);
    return readReference(file, classes);
  };
  t.same([...read('{"a.jpg": [0.25, 0.75]}')], [['a.jpg', [0.25, 0.75]]]);
  t.throws(() => read('{"a.jpg": [0.25, 0.75]}', 3), /a\.jpg has 2 probabilities.* 3 classes/);
  for (const wrong of ['', '[]', '{"a.jpg": 1}', '{"a.jpg": []}', '{"a.jpg": [1.5, 0]}']) {
    t.throws(() => read(wrong), /is no reference: it must be a JSON object/, wrong);
  }
});

t.test('without its flags it says how it is used', async (t) => {
  const { code, err } = await parity('--model', MODEL);
  t.equal(code, 2);
  t.match(err, /^Usage: npm run parity/);
});
