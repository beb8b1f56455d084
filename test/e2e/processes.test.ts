import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { logLines } from '../helpers/log-lines.js';
import { solidPng } from '../helpers/make-png.js';
import { metric } from '../helpers/metric.js';
import { startServer, until } from '../helpers/start-server.js';

const IMAGE = readFileSync('images/9.jpg');
/** No machine decodes it in a millisecond. */
const LARGE = solidPng(2000, 2000, [10, 20, 30]);

function startTwo(t: Test) {
  const file = join(t.testdir(), 'c.json');
  const write = (batching: object) =>
    writeFileSync(
      file,
      JSON.stringify({ engine: { provider: 'cpu' }, server: { processes: 2 }, batching }),
    );
  write({});
  return { ...startServer(t, ['--config', file, '--model', 'models/demo']), write };
}

/** Each request on a connection of its own, so that both processes get some. */
async function classify(url: string, body: RequestInit['body'] = IMAGE): Promise<Response> {
  const headers = { Connection: 'close' };
  return await fetch(`${url}/api/classify`, { method: 'POST', body, headers });
}

/** Answers by serving process, from the log. */
function answersOf(stdout: string): Map<number, number> {
  const answers = new Map<number, number>();
  for (const { pid, status } of logLines(stdout)) {
    if (status === 200) answers.set(pid, (answers.get(pid) ?? 0) + 1);
  }
  return answers;
}

t.test('two processes share the port, and the metrics are those of both', async (t) => {
  const server = startTwo(t);
  const url = await server.url;
  t.match(server.stderr(), /2 serving processes/);
  t.same(await (await fetch(`${url}/v2/health/ready`)).json(), {
    ready: true,
    processes: { ready: 2, total: 2 },
  });
  for (let i = 0; i < 40; i++) t.equal((await classify(url)).status, 200);
  // A process that does not answer in a second is left out, so a busy machine may have to be asked again.
  for (const series of [
    'items_accepted_total{model="demo"}',
    'items_settled_total{model="demo",outcome="ok"}',
    'requests_total{code="ok"}',
  ]) {
    await until(async () => (await metric(url, series)) === 40);
  }
  server.child.kill('SIGTERM');
  t.same(await server.exited, [0, null]);
  const answers = answersOf(server.stdout());
  t.equal(answers.size, 2, 'both have served');
  t.equal(
    [...answers.values()].reduce((sum, count) => sum + count, 0),
    40,
  );
});

t.test('one that is killed costs its own connections only, and comes back', async (t) => {
  const server = startTwo(t);
  const url = await server.url;
  for (let i = 0; i < 20; i++) await classify(url);
  await until(() => answersOf(server.stdout()).size === 2);
  const [victim] = answersOf(server.stdout()).keys();
  process.kill(Number(victim), 'SIGKILL');
  await until(() => new RegExp(`process ${victim} ended with SIGKILL`).test(server.stderr()));
  for (let i = 0; i < 20; i++) t.equal((await classify(url)).status, 200);
  await until(() => /serving process \d+ is ready/.test(server.stderr()));
  await until(async () => {
    const { processes } = (await (await fetch(`${url}/v2/health/ready`)).json()) as {
      processes: { ready: number };
    };
    return processes.ready === 2;
  });
});

t.test('limits that are read again reach both', async (t) => {
  const server = startTwo(t);
  const url = await server.url;
  server.write({ defaultTimeoutMs: 1 });
  server.child.kill('SIGHUP');
  await until(() => /defaultTimeoutMs 10000 -> 1/.test(server.stderr()));
  // They take turns; the news is said before it has reached them.
  let inARow = 0;
  await until(async () => {
    const { status } = await classify(url, LARGE);
    inARow = status === 504 ? inARow + 1 : 0;
    return inARow === 10;
  });
});
