import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startServer, until } from '../helpers/start-server.js';

const IMAGE = readFileSync('images/9.jpg');

t.test('under load, no request fails while batching is read again', async (t) => {
  const file = join(t.testdir(), 'c.json');
  const write = (maxBatchSize: number, allowedBatchSizes: number[]) => {
    const batching = { maxBatchSize, allowedBatchSizes };
    writeFileSync(file, JSON.stringify({ batching }));
  };
  write(4, []);
  const server = startServer(t, ['--config', file, '--model', 'models/demo']);
  const url = await server.url;
  let isOver = false;
  const sizes: number[] = [];
  const statuses = new Set<number>();
  const clients = Array.from({ length: 12 }, async () => {
    while (!isOver) {
      const response = await fetch(`${url}/api/classify`, { method: 'POST', body: IMAGE });
      statuses.add(response.status);
      sizes.push(Number(response.headers.get('x-batch-size')));
      await response.arrayBuffer();
    }
  });
  await until(() => sizes.length > 100);
  const before = sizes.splice(0);
  write(2, [1, 2]);
  server.child.kill('SIGHUP');
  await until(() => /allowedBatchSizes \[\] -> \[1,2\]/.test(server.stderr()));
  const answered = sizes.length;
  await until(() => sizes.length > answered + 100);
  writeFileSync(file, '{"batching":{"maxBatchSize":-1}}');
  server.child.kill('SIGHUP');
  await until(() => /configuration not changed: .*maxBatchSize/.test(server.stderr()));
  isOver = true;
  await Promise.all(clients);
  t.same([...statuses], [200]);
  t.ok(Math.max(...before) > 2, `batches of up to ${Math.max(...before)} before`);
  // What was in a lane or on its way when the news came is over by then.
  t.ok(Math.max(...sizes.slice(answered + 24)) <= 2);
});
