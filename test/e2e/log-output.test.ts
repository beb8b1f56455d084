import { openSync } from 'node:fs';
import t, { type Test } from 'tap';
import { metric } from '../helpers/metric.js';
import { startServer } from '../helpers/start-server.js';

/** Its line in the log is as long as its path. */
const LONG_PATH = `/${'x'.repeat(7000)}`;
/** More lines than wait: 1 MiB of them, and what a pipe holds. */
const REQUESTS = 300;

/** Requests are answered and the program ends well, though its log cannot be written. */
async function servesWithout(t: Test, standardOutput: 'unread' | number): Promise<void> {
  const { url, child, exited } = startServer(t, [], {}, standardOutput);
  const base = await url;
  for (let i = 0; i < REQUESTS; i++) {
    const { status, body } = await fetch(base + LONG_PATH);
    await body?.cancel();
    t.equal(status, 404);
  }
  t.ok((await metric(base, 'log_lines_dropped_total')) > 0);
  child.kill('SIGTERM');
  t.same(await exited, [0, null]);
}

t.test('a full disk behind stdout', (t) => servesWithout(t, openSync('/dev/full', 'w')));
t.test('a reader of stdout that has stopped', (t) => servesWithout(t, 'unread'));
