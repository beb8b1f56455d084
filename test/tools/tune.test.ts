import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';

const TUNE = fileURLToPath(new URL('../../src/tools/tune.js', import.meta.url));

function tune(args: readonly string[]): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile('node', [TUNE, ...args], (error, out, err) =>
      resolve({ code: error?.code ?? 0, out, err }),
    );
  });
}

const CURVE = {
  provider: 'cuda',
  device: 'H200',
  curve: [
    { batchSize: 1, ms: 2 },
    { batchSize: 4, ms: 4 },
  ],
};

function curveFile(t: Test): string {
  return join(t.testdir({ 'c.json': JSON.stringify(CURVE) }), 'c.json');
}

/** The flags for a curve and the recorded arrivals of 300 images, so few that a setting is played quickly. */
function recorded(t: Test, perSecond: number): { folder: string; args: string[] } {
  const timesMs = Array.from({ length: 300 }, (_, i) => (1000 * i) / perSecond);
  const files = { 'c.json': JSON.stringify(CURVE), trace: `${timesMs.join('\n')}\n` };
  const folder = t.testdir(files);
  return { folder, args: ['--trace', join(folder, 'trace'), '--curve', join(folder, 'c.json')] };
}

t.test('prints a table and a recommendation that can be pasted', async (t) => {
  const args = ['--p99-ms', '20', '--arrivals', 'poisson:600', '--curve', curveFile(t)];
  const { code, out, err } = await tune(args);
  t.equal(err, '');
  t.equal(code, 0);
  t.match(out, /^ +limit +window +p50 ms +p99 ms +images\/s +mean batch +lane busy +lost$/m);
  t.match(out, / 4 +0 .*\n/);
  t.match(out, /^ +1 +any +cannot carry the load$/m);
  const [, pasted = ''] = /^ {2}("batching": .*)$/m.exec(out) ?? [];
  const { batching } = JSON.parse(`{${pasted}}`) as { batching: object };
  t.match(batching, { maxBatchSize: 4, maxQueueDelayMs: Number });
});

t.test('plays recorded arrivals, the same way each time, and draws a picture', async (t) => {
  const { folder, args: files } = recorded(t, 600);
  const plot = join(folder, 'plot.svg');
  const args = ['--p99-ms', '20', ...files, '--plot', plot];
  const { code, out, err } = await tune(args);
  t.same([code, err], [0, '']);
  t.match(readFileSync(plot, 'utf8'), /^<svg[\s\S]*window 10 ms[\s\S]*goal[\s\S]*<\/svg>\n$/);
  t.equal((await tune(args)).out, out, 'the same again');
});

t.test('says how many GPUs would do where one does not, and that they do', async (t) => {
  const args = ['--p99-ms', '20', ...recorded(t, 3000).args];
  const one = await tune(args);
  t.equal(one.code, 1);
  t.match(one.out, /No setting keeps p99 within 20 ms with 1 GPU\./);
  const [, least = ''] = /^(\d+) GPUs would: try --gpus \1\.$/m.exec(one.out) ?? [];
  const more = await tune([...args, '--gpus', least]);
  t.match(more.out, /<- recommended[\s\S]*"batching"[\s\S]*Fewer GPUs would not meet it\./);
});

t.test('for a curve of the CPU it counts machines, not GPUs', async (t) => {
  const { folder, args } = recorded(t, 3000);
  writeFileSync(join(folder, 'c.json'), JSON.stringify({ ...CURVE, provider: 'cpu' }));
  const { code, out } = await tune(['--p99-ms', '20', ...args]);
  t.equal(code, 1);
  t.match(out, /^No setting keeps p99 within 20 ms with 1 machine\.$/m);
  t.match(out, /^(\d+) machines would: try --gpus \1\.$/m);
});

t.test('says that no number of GPUs makes a single image faster', async (t) => {
  const args = ['--p99-ms', '1', '--arrivals', 'poisson:10', '--curve', curveFile(t)];
  t.match((await tune(args)).out, /No number of GPUs would: a single image already takes 2\.0 ms/);
});

t.test('a wrong flag ends with one sentence and code 2', async (t) => {
  const { code, out, err } = await tune(['--p99-ms', '5', '--arrivals', 'often']);
  t.equal(code, 2);
  t.equal(out, '');
  t.match(err, /^--arrivals must be poisson:RATE[^\n]*\n$/);
});
