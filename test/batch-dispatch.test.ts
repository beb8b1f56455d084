import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { configSchema } from '../src/server/config/config.js';

const PROGRAM = resolve('dist/src/batch-dispatch.js');

/** Runs the command in a folder that is not the project. */
async function run(folder: string, ...words: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: folder });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, err };
}

t.test('--help lists the commands, and each command explains its own flags', async (t) => {
  const folder = t.testdir();
  const { code, out, err } = await run(folder, '--help');
  t.same([code, err], [0, '']);
  t.same(await run(folder), { code, out, err }, 'as without words');
  const commands = [...out.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}\S/gm)].map(([, name]) =>
    String(name),
  );
  t.ok(commands.includes('serve') && commands.includes('config print'), commands.join(', '));
  for (const command of commands) {
    const help = await run(folder, ...command.split(' '), '--help');
    t.same([help.code, help.err], [0, ''], command);
    t.match(help.out, /^Usage: /, command);
  }
});

t.test('--version is that of the package', async (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  t.same(await run(t.testdir(), '--version'), { code: 0, out: `${version}\n`, err: '' });
});

t.test('a misspelt command or flag ends with 2 and the nearest right one', async (t) => {
  const folder = t.testdir();
  for (const [words, hint] of [
    [['modles', 'list'], 'did you mean models?'],
    [['gpu', 'chek'], 'did you mean gpu check?'],
    [['tune', '--p99', '5'], 'did you mean --p99-ms?'],
    [['engine', 'build', '--modle', 'x'], 'did you mean --model?'],
    [['frobnicate'], 'there is no command "frobnicate"\n'],
  ] as const) {
    const { code, out, err } = await run(folder, ...words);
    t.same([code, out], [2, ''], words.join(' '));
    t.match(err, hint);
    t.notMatch(err, /\n {4}at /, 'no stack');
  }
});

t.test('gpu check tells what the host has and that the CPU runs the demo model', async (t) => {
  const { code, out, err } = await run(t.testdir(), 'gpu', 'check');
  t.same([code, err], [0, '']);
  t.match(out, /^this host +state +path, or what to do\nNVIDIA driver /);
  t.match(out, /^cpu +works +the demo model ran$/m);
  t.match(out, /^engine\.provider auto would select: \w+$/m);
  t.match(out, /^decode\.decoder auto would select: (gpu|native), because /m);
});

t.test('config print shows what serve would use, and config schema how it may be', async (t) => {
  const folder = t.testdir({
    'batch-dispatch.json': JSON.stringify({ batching: { maxBatchSize: 7 } }),
  });
  const printed = JSON.parse((await run(folder, 'config', 'print')).out);
  t.equal(printed.batching.maxBatchSize, 7);
  t.equal(printed.server.port, configSchema.parse({}).server.port);
  const schema = JSON.parse((await run(folder, 'config', 'schema')).out);
  t.same(Object.keys(schema.properties).sort(), Object.keys(configSchema.shape).sort());
  const wrong = await run(folder, 'config', 'print', '--config', 'none.json');
  t.same([wrong.code, wrong.out], [1, '']);
  t.match(wrong.err, 'none.json');
});
