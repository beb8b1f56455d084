import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { logLines } from '../helpers/log-lines.js';
import { solidPng } from '../helpers/make-png.js';
import { metric } from '../helpers/metric.js';
import { raw } from '../helpers/raw.js';
import { servingPids } from '../helpers/serving-pids.js';
import { startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

const IMAGE = readFileSync('images/9.jpg');
/** No machine decodes it in a millisecond. */
const LARGE = solidPng(2000, 2000, [10, 20, 30]);
const CLIENTS = 8;

const configFile = join(t.testdir(), 'c.json');
function write(batching: object): void {
  const config = { engine: { provider: 'cpu' }, server: { processes: 2 }, batching };
  writeFileSync(configFile, JSON.stringify(config));
}
write({});
// One server for all tests: each leaves two processes that serve.
const server = startServer(t, ['--config', configFile, '--model', 'models/demo']);
const url = await server.url;

/** Each request on a connection of its own, so that both processes get some. */
async function classify(body: RequestInit['body'] = IMAGE): Promise<Response> {
  const headers = { Connection: 'close' };
  return await fetch(`${url}/api/classify`, { method: 'POST', body, headers });
}

/** Answers by serving process, from the log. */
function answersByProcess(): Map<number, number> {
  const answers = new Map<number, number>();
  for (const { pid, status } of logLines(server.stdout())) {
    if (status === 200) answers.set(pid, (answers.get(pid) ?? 0) + 1);
  }
  return answers;
}

async function processesAreReady(): Promise<boolean> {
  const answer = await fetch(`${url}/v2/health/ready`);
  const { processes } = (await answer.json()) as { processes: { ready: number; total: number } };
  return processes.ready === 2 && processes.total === 2;
}

t.test('two processes share the port, and the metrics are those of both', async (t) => {
  t.match(server.stderr(), /2 serving processes/);
  await until(processesAreReady);
  let sent = 0;
  // Which one takes a connection is chance.
  await until(async () => {
    t.equal((await classify()).status, 200);
    sent++;
    return answersByProcess().size === 2;
  });
  // A process that does not answer in a second is left out, so a busy machine may have to be asked again.
  for (const series of [
    'items_accepted_total{model="demo"}',
    'items_settled_total{model="demo",outcome="ok"}',
    'requests_total{code="ok"}',
  ]) {
    await until(async () => (await metric(url, series)) === sent);
  }
  await until(() => [...answersByProcess().values()].reduce((sum, n) => sum + n, 0) === sent);
});

t.test('what is not a sum is not added up', async (t) => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (.*)$`, 'gm'))].map(([, value]) =>
      Number(value),
    );
  t.same(values('batch_dispatch_build_info'), [1]);
  t.same(values('batch_dispatch_processes'), [2]);
  t.same(values('batch_dispatch_processes_ready'), [2]);
  t.same(values('batch_dispatch_lane_serving'), [1, 1]);
  const [startedS = 0, ...others] = values('process_start_time_seconds');
  t.same(others, []);
  t.ok(startedS > Date.now() / 1000 - performance.now() / 1000 && startedS < Date.now() / 1000);
  const [lastS = 0] = values('batch_dispatch_last_inference_timestamp_seconds');
  t.ok(lastS > startedS && lastS < Date.now() / 1000);
});

t.test('limits that are read again reach both', async () => {
  // An image that cannot be in time is refused with 503, or dropped with 504 if that shows later.
  for (const [batching, change, statuses] of [
    [{ defaultTimeoutMs: 1 }, /defaultTimeoutMs 10000 -> 1/, [503, 504]],
    [{}, /defaultTimeoutMs 1 -> 10000/, [200]],
  ] as const) {
    write(batching);
    server.child.kill('SIGHUP');
    await until(() => change.test(server.stderr()));
    // The news is said before it has reached them.
    let inARow = 0;
    await until(async () => {
      const { status } = await classify(LARGE);
      inARow = statuses.some((expected) => expected === status) ? inARow + 1 : 0;
      return inARow === 10;
    });
  }
});

t.test('one that is killed costs its own connections only, and comes back', async (t) => {
  const [victim] = answersByProcess().keys();
  const statuses = new Set<number>();
  let resets = 0;
  let isOver = false;
  /** Sends one image after the other, each on a connection of its own. */
  async function client(): Promise<void> {
    while (!isOver) {
      const answer = await classify().catch(() => undefined);
      if (answer === undefined) resets++;
      else statuses.add(answer.status);
    }
  }
  const clients = Array.from({ length: CLIENTS }, client);
  process.kill(Number(victim), 'SIGKILL');
  await until(() => server.stderr().includes(`process ${victim} ended with SIGKILL`));
  await until(() => /serving process \d+ is ready/.test(server.stderr()));
  await until(processesAreReady);
  isOver = true;
  await Promise.all(clients);
  t.same([...statuses], [200], 'nobody is refused');
  t.ok(resets <= CLIENTS, `${resets} connections were reset; so many were open when it was killed`);
  t.equal(await metric(url, 'process_restarts_total{ending="signal"}'), 1);
});

t.test('while one is stopped, the metrics are answered, and no counter goes back', async (t) => {
  /** Sends a request on a new connection: one that is kept alive may belong to the process that is stopped. */
  function send(line: string, body = Buffer.alloc(0)): Promise<string> {
    const head = `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    return raw(Number(new URL(url).port), head, body);
  }
  async function accepted(): Promise<number> {
    const text = await send('GET /metrics');
    return Number(/^batch_dispatch_items_accepted_total\S* (\d+)/m.exec(text)?.[1]);
  }
  const pids = servingPids(server.child);
  t.equal(pids.length, 2);
  for (const pid of pids) {
    // The supervisor learns what each has counted.
    let before = await accepted();
    process.kill(pid, 'SIGSTOP');
    for (let i = 1; i <= 2; i++) {
      t.match(await send('POST /api/classify', IMAGE), /^HTTP\/1\.1 200 /);
      const now = await accepted();
      t.ok(now >= before, `${before}, then ${now}`);
      before = now;
    }
    process.kill(pid, 'SIGCONT');
    await until(processesAreReady);
    t.ok((await accepted()) >= before);
  }
});

t.test('SIGTERM ends both', async (t) => {
  server.child.kill('SIGTERM');
  t.same(await server.exited, [0, null]);
});
