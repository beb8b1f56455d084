import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { freePort } from '../helpers/free-port.js';
import { servingPids } from '../helpers/serving-pids.js';
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

/** An engine for at most 8 images, and a process that reports that it is ready only after SIGUSR2. */
const PREPARED_FOR_8 = `
  const send = process.send?.bind(process);
  const isTold = new Promise((resolve) => process.once('SIGUSR2', resolve));
  process.send &&= (message, ...rest) => {
    if (message.kind !== 'ready') return send(message, ...rest);
    message.report.models[0].profileBatchSize = 8;
    isTold.then(() => send(message, ...rest));
  };
`;

t.test('a reload before the server is ready keeps to what the engine was built for', async (t) => {
  const file = join(t.testdir(), 'c.json');
  const write = (maxBatchSize: number) =>
    writeFileSync(
      file,
      JSON.stringify({ engine: { provider: 'cpu' }, batching: { maxBatchSize } }),
    );
  write(4);
  const port = await freePort();
  const server = startServer(t, ['--config', file, '--model', 'models/demo'], {
    PORT: String(port),
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(PREPARED_FOR_8)}`,
  });
  const model = `http://127.0.0.1:${port}/v2/models/demo`;
  const limit = async () => {
    const { batching } = (await (await fetch(model)).json()) as {
      batching: { maxBatchSize: number };
    };
    return batching.maxBatchSize;
  };
  // The model is open, but the supervisor does not know it yet.
  await until(() =>
    fetch(model).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  write(9);
  server.child.kill('SIGHUP');
  process.kill(Number(servingPids(server.child)[0]), 'SIGUSR2');
  await until(() =>
    /not reloaded: batching.maxBatchSize: .* at most 8 images/.test(server.stderr()),
  );
  t.equal(await limit(), 4);
  write(8);
  server.child.kill('SIGHUP');
  await until(async () => (await limit()) === 8);
});
