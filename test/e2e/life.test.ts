import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { freePort } from '../helpers/free-port.js';
import { logLines } from '../helpers/log-lines.js';
import { solidPng } from '../helpers/make-png.js';
import { metric } from '../helpers/metric.js';
import { startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

const IMAGE = readFileSync('images/9.jpg');
const LARGE = solidPng(5000, 5000, [10, 20, 30]);

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/v2/health/ready`)).status === 200;
  } catch {
    return false;
  }
}

/** Sends a form of large images, each of which takes a decoder a good while. */
async function postSlowForm(url: string, images: number): Promise<Response> {
  const form = new FormData();
  for (let i = 0; i < images; i++) form.append('file', new Blob([LARGE]));
  return fetch(`${url}/api/classify`, { method: 'POST', body: form });
}

/** However slow the machine, nothing is given up. */
function startPatient(t: Test) {
  const config = {
    decode: { threads: 1 },
    batching: { defaultTimeoutMs: 600_000 },
    server: { drainTimeoutMs: 600_000 },
  };
  const folder = t.testdir({ 'c.json': JSON.stringify(config) });
  return startServer(t, ['--config', `${folder}/c.json`, '--model', 'models/demo']);
}

/** Resolves once so many images have been accepted. */
async function accepted(url: string, images: number): Promise<void> {
  await until(async () => (await metric(url, 'items_accepted_total{model="demo"}')) === images);
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
  const lines = logLines(server.stdout());
  const logged = (wanted: number) =>
    lines.filter(({ status }) => status === wanted).map(({ requestId }) => String(requestId));
  t.same(answered.sort(), logged(200).sort(), 'whatever was answered has arrived');
  const logged503 = new Set(logged(503));
  t.same(
    refused.filter((id) => !logged503.has(id)),
    [],
  );
});

t.test('SIGTERM while images are decoded: they are answered', async (t) => {
  const server = startPatient(t);
  const url = await server.url;
  const answer = postSlowForm(url, 8);
  await accepted(url, 8);
  server.child.kill('SIGTERM');
  const predictions = (await (await answer).json()) as object[];
  t.equal(predictions.filter((entry) => 'predictions' in entry).length, 8);
  t.same(await server.exited, [0, null]);
});

t.test('a second signal ends the program by that signal', async (t) => {
  const server = startPatient(t);
  const url = await server.url;
  // Accepted work for many times as long as two signals take, however fast the machine.
  const lost = postSlowForm(url, 64).catch(() => 'lost');
  await accepted(url, 64);
  server.child.kill('SIGTERM');
  await until(async () => (await fetch(`${url}/v2/health/ready`)).status === 503);
  server.child.kill('SIGTERM');
  t.same(await server.exited, [null, 'SIGTERM']);
  t.equal(await lost, 'lost', 'it did not wait for what was accepted');
});

t.test('SIGTERM before it is ready ends the program, and not as a failure', async (t) => {
  const port = await freePort();
  const server = startServer(t, [], { PORT: String(port) });
  // It listens before it loads its model.
  await until(async () => {
    try {
      return (await fetch(`http://127.0.0.1:${port}/v2/health/live`)).status === 200;
    } catch {
      return false;
    }
  });
  server.child.kill('SIGTERM');
  t.same(await server.exited, [0, null]);
});
