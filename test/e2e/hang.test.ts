import { join } from 'node:path';
import t, { type Test } from 'tap';
import { servingPids } from '../helpers/serving-pids.js';
import { startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

/** What a serving process does at SIGUSR2. */
const FAULTS = {
  'spins in JavaScript': 'for (;;);',
  'spins in native code':
    '(await import("node:crypto")).pbkdf2Sync("a", "b", 2 ** 31 - 1, 64, "sha512")',
  'is blocked in native code': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
};

function start(t: Test, fault: string) {
  const file = join(
    t.testdir({ 'c.json': '{"server":{"hangTimeoutMs":1000},"engine":{"provider":"cpu"}}' }),
    'c.json',
  );
  const preload = `process.on('SIGUSR2', async () => { ${fault} })`;
  return startServer(t, ['--config', file, '--model', 'models/demo'], {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
  });
}

async function isLive(url: string): Promise<boolean> {
  return (await fetch(`${url}/v2/health/live`)).ok;
}

const options = process.platform === 'linux' ? {} : { skip: 'needs /proc' };

for (const [name, fault] of Object.entries(FAULTS)) {
  t.test(`a process that ${name} is replaced`, options, async (t) => {
    const server = start(t, fault);
    const url = await server.url;
    const [pid] = servingPids(server.child);
    process.kill(Number(pid), 'SIGUSR2');
    await until(() => /serving process \d+ is ready/.test(server.stderr()));
    t.match(server.stderr(), new RegExp(`serving process ${pid} hangs`));
    t.ok(await isLive(url));
  });
}

t.test(
  'requests that come while the only process hangs are answered by the next',
  options,
  async (t) => {
    const server = start(t, '');
    const url = await server.url;
    const [pid] = servingPids(server.child);
    process.kill(Number(pid), 'SIGSTOP');
    const answers = await Promise.all(Array.from({ length: 8 }, () => isLive(url)));
    t.same(new Set(answers), new Set([true]));
    t.match(server.stderr(), new RegExp(`serving process ${pid} hangs`));
  },
);

t.test('SIGUSR1 opens no inspector', options, async (t) => {
  const server = start(t, '');
  const url = await server.url;
  const pids = [Number(server.child.pid), ...servingPids(server.child)];
  for (const pid of pids) process.kill(pid, 'SIGUSR1');
  t.ok(await isLive(url), 'nobody has ended');
  t.same([Number(server.child.pid), ...servingPids(server.child)], pids);
  t.notMatch(server.stderr(), /Debugger|inspector/i);
});
