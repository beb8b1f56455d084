import { readFileSync } from 'node:fs';
import t from 'tap';
import { solidPng } from '../helpers/make-png.js';
import { startServer, until } from '../helpers/start-server.js';

const IMAGE = readFileSync('images/9.jpg');
const LARGE = solidPng(5000, 5000, [10, 20, 30]);

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

/** Sends a form of large images, each of which takes a decoder a good while. */
async function postSlowForm(url: string, images: number): Promise<Response> {
  const form = new FormData();
  for (let i = 0; i < images; i++) form.append('file', new Blob([LARGE]));
  return fetch(`${url}/api/classify`, { method: 'POST', body: form });
}

/** Whether so many images are accepted and not yet settled. */
async function inProgress(url: string, images: number): Promise<boolean> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return new RegExp(`items_in_progress(\\{.*\\})? ${images}$`, 'm').test(metrics);
}

t.test('SIGTERM under load loses no answer, and the code is 0', async (t) => {
  const server = startServer(t);
  const url = await server.url;
  const answered: string[] = [];
  const refused: string[] = [];
  let requests = 0;
  let isOver = false;
  async function client(): Promise<void> {
    while (!isOver) {
      const id = `request-${requests++}`;
      const headers = { 'X-Request-Id': id };
      try {
        const response = await fetch(`${url}/api/classify`, {
          method: 'POST',
          headers,
          body: IMAGE,
        });
        const body = (await response.json()) as { code?: string };
        t.equal(response.headers.get('x-request-id'), id);
        if (response.status === 200) answered.push(id);
        else if (body.code === 'draining') refused.push(id);
        else t.fail(`status ${response.status}`);
      } catch {
        // The socket was closed before the request was read, or nobody listens any more.
        if (!(await isReady(url))) return;
      }
    }
  }
  const clients = Array.from({ length: 16 }, client);
  await until(() => answered.length > 100);
  server.child.kill('SIGTERM');
  t.same(await server.exited, [0, null]);
  isOver = true;
  await Promise.all(clients);
  const lines = server
    .stdout()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { status: number; requestId: string });
  const logged = (wanted: number) =>
    lines.filter(({ status }) => status === wanted).map(({ requestId }) => requestId);
  t.same(answered.sort(), logged(200).sort(), 'whatever was answered has arrived');
  const logged503 = new Set(logged(503));
  t.same(
    refused.filter((id) => !logged503.has(id)),
    [],
  );
});

t.test('SIGTERM while images are decoded: they are answered', async (t) => {
  const server = startServer(t);
  const url = await server.url;
  const answer = postSlowForm(url, 8);
  await until(() => inProgress(url, 8));
  server.child.kill('SIGTERM');
  const predictions = (await (await answer).json()) as object[];
  t.equal(predictions.filter((entry) => 'predictions' in entry).length, 8);
  t.same(await server.exited, [0, null]);
});

t.test('a second signal ends the program by that signal', async (t) => {
  const folder = t.testdir({
    'c.json': '{"decode":{"threads":1},"batching":{"defaultTimeoutMs":60000}}',
  });
  const server = startServer(t, ['--config', `${folder}/c.json`, '--model', 'models/demo']);
  const url = await server.url;
  // Accepted work for many times as long as two signals take, however fast the machine.
  const lost = postSlowForm(url, 64).catch(() => 'lost');
  await until(() => inProgress(url, 64));
  server.child.kill('SIGTERM');
  await until(async () => (await fetch(`${url}/v2/health/ready`)).status === 503);
  server.child.kill('SIGTERM');
  t.same(await server.exited, [null, 'SIGTERM']);
  t.equal(await lost, 'lost', 'it did not wait for what was accepted');
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
