import { openSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { metric } from '../helpers/metric.js';
import { servingPids } from '../helpers/serving-pids.js';
import { startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

/** Its line in the log is as long as its path. */
const LONG_PATH = `/${'x'.repeat(7000)}`;
/** More lines than wait: 1 MiB of them, and what a pipe holds. */
const REQUESTS = 300;

/** Requests are answered and the program ends well, though its log cannot be written. */
async function servesWithout(t: Test, standardOutput: 'unread' | number): Promise<void> {
  const { url, child, exited } = startServer(t, [], {}, standardOutput);
  const base = await url;
  await fillLog(t, base);
  t.ok((await metric(base, 'log_lines_dropped_total')) > 0);
  child.kill('SIGTERM');
  t.same(await exited, [0, null]);
}

/** Makes both of two processes log more than anything takes. */
async function fillLog(t: Test, base: string): Promise<void> {
  for (let i = 0; i < REQUESTS; i++) {
    // On a new connection, so that either process may get it.
    const { status, body } = await fetch(base + LONG_PATH, { headers: { Connection: 'close' } });
    await body?.cancel();
    t.equal(status, 404);
  }
}

t.test('a full disk behind stdout', (t) => servesWithout(t, openSync('/dev/full', 'w')));
t.test('a reader of stdout that has stopped', (t) => servesWithout(t, 'unread'));

t.test('a reader that has stopped before a process is replaced', async (t) => {
  const config = { engine: { provider: 'cpu' }, server: { processes: 2 } };
  const file = join(t.testdir({ 'c.json': JSON.stringify(config) }), 'c.json');
  const args = ['--config', file, '--model', 'models/demo'];
  const { url, child, exited, stderr } = startServer(t, args, {}, 'unread');
  const base = await url;
  await fillLog(t, base);
  const [pid] = servingPids(child);
  process.kill(Number(pid), 'SIGKILL');
  await until(() => /serving process \d+ is ready/.test(stderr()));
  await fillLog(t, base);
  child.kill('SIGTERM');
  t.same(await exited, [0, null]);
});
