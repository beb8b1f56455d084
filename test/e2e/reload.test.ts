import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

const IMAGE = readFileSync('images/9.jpg');
/** More clients than a batch holds, and a window that no machine needs to fill one: every batch is full. */
const CLIENTS = 12;
const WINDOW_MS = 2000;

t.test('under load, no request fails while batching is read again', async (t) => {
  const file = join(t.testdir(), 'c.json');
  const write = (maxBatchSize: number, allowedBatchSizes: number[]) => {
    const batching = { maxBatchSize, allowedBatchSizes, maxQueueDelayMs: WINDOW_MS };
    writeFileSync(file, JSON.stringify({ batching }));
  };
  write(4, []);
  const server = startServer(t, ['--config', file, '--model', 'models/demo']);
  const url = await server.url;
  let isOver = false;
  let isChanged = false;
  const [before, after]: [number[], number[]] = [[], []];
  const statuses = new Set<number>();
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!isOver) {
      // What was sent before the change was known belongs to the time before.
      const sizes = isChanged ? after : before;
      const response = await fetch(`${url}/api/classify`, { method: 'POST', body: IMAGE });
      statuses.add(response.status);
      sizes.push(Number(response.headers.get('x-batch-size')));
      await response.arrayBuffer();
    }
  });
  await until(() => before.length > 100);
  t.equal(Math.max(...before), 4);
  write(2, [1, 2]);
  server.child.kill('SIGHUP');
  await until(() => /allowedBatchSizes \[\] -> \[1,2\]/.test(server.stderr()));
  await until(async () => {
    const model = (await (await fetch(`${url}/v2/models/demo`)).json()) as {
      batching: { maxBatchSize: number };
    };
    return model.batching.maxBatchSize === 2;
  });
  isChanged = true;
  await until(() => after.length > 100);
  writeFileSync(file, '{"batching":{"maxBatchSize":-1}}');
  server.child.kill('SIGHUP');
  await until(() => /configuration not reloaded: .*maxBatchSize/.test(server.stderr()));
  isOver = true;
  await Promise.all(clients);
  t.same([...statuses], [200]);
  t.equal(Math.max(...after), 2);
});
