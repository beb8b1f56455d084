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
const SLOW_IMAGES = 16;

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

const acceptedImages = (url: string) => metric(url, 'items_accepted_total{model="demo"}');
const inProgress = (url: string) => metric(url, 'items_in_progress{model="demo"}');

/** Resolves once so many images have been accepted. */
async function accepted(url: string, images: number): Promise<void> {
  await until(async () => (await acceptedImages(url)) === images);
}

t.test('SIGTERM under load loses no answer, and the books add up', async (t) => {
  const server = startPatient(t);
  const url = await server.url;
  const answered: string[] = [];
  const refused: string[] = [];
  const failed: string[] = [];
  let isEnding = false;
  /** Sends one image after the other, until it is told that the server ends, or nobody listens any more. */
  async function client(_: unknown, number: number): Promise<void> {
    for (let i = 0; ; i++) {
      const id = `client-${number}-request-${i}`;
      const headers = { 'X-Request-Id': id };
      const sent = { method: 'POST', headers, body: IMAGE };
      const response = await fetch(`${url}/api/classify`, sent).catch(String);
      if (typeof response === 'string') {
        t.ok(isEnding, `a request fails only while the server ends: ${response}`);
        failed.push(id);
        return;
      }
      t.equal(response.headers.get('x-request-id'), id);
      const body = (await response.json()) as { code?: string };
      if (response.status === 200) answered.push(id);
      else {
        t.match(body, { code: 'draining' });
        refused.push(id);
        return;
      }
    }
  }
  const clients = Array.from({ length: 16 }, client);
  await until(() => answered.length > 100);
  // They keep the process there until the clients have ended and the books have been read.
  const slow = postSlowForm(url, SLOW_IMAGES);
  await until(
    async () =>
      (await acceptedImages(url)) >= SLOW_IMAGES && (await inProgress(url)) >= SLOW_IMAGES,
  );
  isEnding = true;
  server.child.kill('SIGTERM');
  await Promise.all(clients);
  t.equal(
    await acceptedImages(url),
    answered.length + SLOW_IMAGES,
    'each image that was accepted is an answer that a client has',
  );
  const predictions = (await (await slow).json()) as object[];
  t.equal(predictions.filter((entry) => 'predictions' in entry).length, SLOW_IMAGES);
  t.same(await server.exited, [0, null]);
  const logged = new Map(
    logLines(server.stdout()).map(({ requestId, status }) => [String(requestId), status]),
  );
  const withStatus = (wanted: number) =>
    [...logged].filter(([id, status]) => id.startsWith('client') && status === wanted);
  t.same(
    answered.sort(),
    withStatus(200)
      .map(([id]) => id)
      .sort(),
  );
  t.same(
    refused.filter((id) => logged.get(id) !== 503),
    [],
  );
  t.same(
    failed.filter((id) => logged.get(id) === 200),
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
