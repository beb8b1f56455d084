import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { servingPids } from '../helpers/serving-pids.js';
import { startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

const IMAGE = readFileSync('images/9.jpg');
const PROCESSES = 4;
const UPLOADS = 16;
/** However slow the machine, nothing is given up. */
const PATIENT_MS = 600_000;

function start(t: Test, drainTimeoutMs: number) {
  const config = {
    engine: { provider: 'cpu' },
    batching: { defaultTimeoutMs: PATIENT_MS },
    server: { processes: PROCESSES, drainTimeoutMs },
  };
  const file = join(t.testdir({ 'c.json': JSON.stringify(config) }), 'c.json');
  return startServer(t, ['--config', file, '--model', 'models/demo']);
}

/** Connects and sends the headers and the first half of an image. */
async function beginUpload(port: number) {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  const answered = new Promise<string>((resolve, reject) => {
    socket.once('close', () => resolve(answer));
    socket.once('error', reject);
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  const half = IMAGE.length / 2;
  await write(
    socket,
    `POST /api/classify HTTP/1.1\r\nHost: x\r\nContent-Length: ${IMAGE.length}\r\n\r\n`,
  );
  await write(socket, IMAGE.subarray(0, half));
  return { answered, end: () => socket.write(IMAGE.subarray(half)) };
}

/** Resolves when the system has taken it. */
function write(socket: Socket, bytes: string | Buffer): Promise<void> {
  return new Promise((resolve) => socket.write(bytes, () => resolve()));
}

/** The status and the Connection header of a raw answer. */
function summary(answer: string): string {
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? [];
  const [, connection] = /^connection: (\S+)\r$/im.exec(answer) ?? [];
  return `${status} ${connection}`;
}

/** Has all serving processes end, as a terminal does, but only after what `meanwhile` does. */
async function stopWhile<T>(
  child: ReturnType<typeof startServer>['child'],
  meanwhile: () => Promise<T>,
): Promise<T> {
  const pids = servingPids(child);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  const result = await meanwhile();
  child.kill('SIGINT');
  for (const pid of pids) process.kill(pid, 'SIGINT');
  for (const pid of pids) process.kill(pid, 'SIGCONT');
  return result;
}

t.test('an upload that has begun before the signal gets its result', async (t) => {
  const server = start(t, PATIENT_MS);
  const url = await server.url;
  const begin = () =>
    Promise.all(Array.from({ length: UPLOADS }, () => beginUpload(Number(new URL(url).port))));
  // No process has read these when the signal comes.
  const uploads = await stopWhile(server.child, begin);
  await until(async () => (await fetch(`${url}/v2/health/ready`)).status === 503);
  for (const { end } of uploads) end();
  const answers = await Promise.all(uploads.map(({ answered }) => answered));
  t.same(
    answers.map(summary),
    uploads.map(() => '200 close'),
  );
  t.same(await server.exited, [0, null]);
});

t.test('an upload that takes longer than the drain may is refused', async (t) => {
  const server = start(t, 500);
  const url = await server.url;
  const { answered } = await beginUpload(Number(new URL(url).port));
  server.child.kill('SIGTERM');
  const answer = await answered;
  t.equal(summary(answer), '503 close');
  t.match(answer, /"code":"draining"/);
  t.same(await server.exited, [0, null]);
});
