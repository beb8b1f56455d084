import { readFileSync } from 'node:fs';
import t from 'tap';
import { startServer, until } from '../helpers/start-server.js';

const IMAGE = readFileSync('images/9.jpg');

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/v2/health/ready`)).status === 200;
  } catch {
    return false;
  }
}

/** The process id in the newest line of the log. */
function servingPid(stdout: string): number {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '{}';
  return (JSON.parse(line) as { pid: number }).pid;
}

t.test(
  'SIGTERM under load: every request that was accepted is answered, and the code is 0',
  async (t) => {
    const server = startServer(t);
    const url = await server.url;
    let answered = 0;
    let refused = 0;
    let isOver = false;
    async function client(): Promise<void> {
      while (!isOver) {
        try {
          const response = await fetch(`${url}/api/classify`, { method: 'POST', body: IMAGE });
          const body = (await response.json()) as { code?: string };
          if (response.status === 200) answered++;
          else if (body.code === 'draining') refused++;
          else t.fail(`status ${response.status}`);
        } catch {
          // The socket was closed before the request was read, or nobody listens any more.
          if (!(await isReady(url))) return;
        }
      }
    }
    const clients = Array.from({ length: 16 }, client);
    await until(() => answered > 100);
    server.child.kill('SIGTERM');
    const [code, signal] = await server.exited;
    isOver = true;
    await Promise.all(clients);
    t.same([code, signal], [0, null]);
    const lines = server
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ok = lines.filter(({ status }) => status === 200).length;
    t.ok(ok >= answered, `${ok} logged, ${answered} received, ${refused} refused`);
  },
);

t.test('a second signal ends the program by that signal', async (t) => {
  const folder = t.testdir({ 'c.json': '{"server":{"requestTimeoutMs":60000}}' });
  const server = startServer(t, ['--config', `${folder}/c.json`, '--model', 'models/demo']);
  const url = await server.url;
  // An upload that does not end keeps the program lingering for a second.
  const open = fetch(`${url}/api/classify`, {
    method: 'POST',
    body: new ReadableStream({ start: (controller) => controller.enqueue(IMAGE.subarray(0, 9)) }),
    duplex: 'half',
  } as RequestInit).catch(() => {});
  await until(async () => (await fetch(`${url}/v2/health/live`)).ok);
  server.child.kill('SIGTERM');
  await until(async () => (await fetch(`${url}/v2/health/ready`)).status === 503);
  server.child.kill('SIGTERM');
  t.same(await server.exited, [null, 'SIGTERM']);
  await open;
});

t.test('a serving process that is killed is replaced', async (t) => {
  const server = startServer(t);
  const url = await server.url;
  await fetch(`${url}/api/classify`, { method: 'POST', body: IMAGE });
  await until(() => server.stdout().includes('"pid"'));
  const pid = servingPid(server.stdout());
  process.kill(pid, 'SIGKILL');
  await until(() => /is ready/.test(server.stderr()));
  const response = await fetch(`${url}/api/classify`, { method: 'POST', body: IMAGE });
  t.equal(response.status, 200);
  t.match(server.stderr(), new RegExp(`serving process ${pid} ended with SIGKILL`));
});

t.test('a serving process that hangs is replaced', async (t) => {
  const server = startServer(t);
  const url = await server.url;
  await fetch(`${url}/api/classify`, { method: 'POST', body: IMAGE });
  await until(() => server.stdout().includes('"pid"'));
  process.kill(servingPid(server.stdout()), 'SIGSTOP');
  await until(() => /is ready/.test(server.stderr()));
  t.match(server.stderr(), /hangs/);
  t.equal((await fetch(`${url}/api/classify`, { method: 'POST', body: IMAGE })).status, 200);
});

t.test('SIGTERM before it is ready ends the program, and not as a failure', async (t) => {
  const server = startServer(t);
  await new Promise((resolve) => setTimeout(resolve, 250));
  server.child.kill('SIGTERM');
  const [code, signal] = await server.exited;
  // On a slow machine the signal comes before there is a handler for it.
  t.ok(code === 0 || signal === 'SIGTERM', `code ${code}, signal ${signal}`);
});

t.test('SIGTERM while a process is being replaced ends with code 0', async (t) => {
  const server = startServer(t);
  const url = await server.url;
  await fetch(`${url}/api/classify`, { method: 'POST', body: IMAGE });
  await until(() => server.stdout().includes('"pid"'));
  process.kill(servingPid(server.stdout()), 'SIGKILL');
  await until(() => /starting another/.test(server.stderr()));
  server.child.kill('SIGTERM');
  t.same(await server.exited, [0, null]);
});
