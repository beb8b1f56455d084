import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Config } from '../../../src/server/config/config.js';
import { loadConfig } from '../../../src/server/config/load-config.js';
import { ConfigReload } from '../../../src/server/supervisor/config-reload.js';
import { until } from '../../helpers/until.js';

function setup(t: Test, first: object, isReady = true) {
  const file = join(t.testdir(), 'c.json');
  const write = (content: object | string) =>
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  write(first);
  const load = () => loadConfig(['--config', file], {}) as Config;
  const applied: Config['batching'][] = [];
  const said: string[] = [];
  const reload = new ConfigReload({
    file,
    config: load(),
    load,
    apply: ({ batching }) => applied.push(batching),
    say: (line) => said.push(line.replace(file, 'FILE')),
  });
  if (isReady) reload.begin();
  t.teardown(() => reload.close());
  return { reload, write, remove: () => rmSync(file), applied, said };
}

/** The same, when the server is ready. */
function setupReady(t: Test, first: object) {
  const parts = setup(t, first);
  parts.reload.begin();
  return parts;
}

t.test('what changed in batching is applied and said, key by key', async (t) => {
  const { reload, write, applied, said } = setupReady(t, { batching: { maxBatchSize: 8 } });
  write({ batching: { maxBatchSize: 16, allowedBatchSizes: [4, 16] } });
  reload.reload();
  t.match(applied, [{ maxBatchSize: 16, allowedBatchSizes: [4, 16], maxQueueDelayMs: 0 }]);
  t.same(said, [
    'configuration changed: batching.maxBatchSize 8 -> 16',
    'configuration changed: batching.allowedBatchSizes [] -> [4,16]',
  ]);
});

t.test('a bad file changes nothing and says why', async (t) => {
  const { reload, write, applied, said } = setupReady(t, { batching: { maxBatchSize: 8 } });
  for (const [content, why] of [
    ['{', /FILE is not valid JSON/],
    [{ batching: { maxBatchSize: 0 } }, /batching\.maxBatchSize/],
    [{ batching: { maxBatch: 4 } }, /unknown key batching\.maxBatch/],
    [{ batching: { maxBatchSize: 8, allowedBatchSizes: [8, 4] } }, /ascending order and end with/],
    [{ batching: { maxBatchSize: 8, allowedBatchSizes: [4] } }, /ascending order and end with/],
  ] as const) {
    write(content);
    reload.reload();
    t.match(said.at(-1), /^configuration not reloaded: /);
    t.match(said.at(-1), why);
  }
  t.same(applied, []);
  write({ batching: { maxBatchSize: 9 } });
  reload.reload();
  t.equal(applied[0]?.maxBatchSize, 9, 'and the next good one is taken');
});

t.test('a file that was deleted changes nothing, and is read again once it is back', async (t) => {
  const { reload, remove, write, applied, said } = setupReady(t, { batching: { maxBatchSize: 8 } });
  remove();
  reload.reload();
  t.same(said, ['configuration not reloaded: FILE does not exist any more']);
  t.same(applied, []);
  write({ batching: { maxBatchSize: 9 } });
  reload.reload();
  t.equal(applied[0]?.maxBatchSize, 9);
});

t.test('what is not of batching waits for a restart', async (t) => {
  const { reload, write, applied, said } = setupReady(t, {});
  write({ server: { port: 9 } });
  reload.reload();
  t.same(said, ['configuration change needs a restart: server.port 8000 -> 9']);
  reload.reload();
  t.same(said[1], 'configuration reloaded, nothing changed: FILE');
  t.same(applied, []);
});

t.test('a file that changes is noticed', async (t) => {
  const { write, applied } = setupReady(t, {});
  // The watcher sees a change only after its own first look at the file, which nothing announces.
  await until(() => {
    write({ batching: { maxQueueDelayMs: 7 } });
    return applied.length > 0;
  });
  t.equal(applied[0]?.maxQueueDelayMs, 7);
});

t.test('before the server is ready, changes wait', async (t) => {
  for (const isAsked of [true, false]) {
    const { reload, write, applied, said } = setup(t, {}, false);
    write({ batching: { maxBatchSize: 9 } });
    if (isAsked) reload.reload();
    t.same([applied, said], [[], []]);
    reload.begin();
    if (!isAsked) reload.reload();
    t.equal(applied[0]?.maxBatchSize, 9);
    t.same(said, ['configuration changed: batching.maxBatchSize 32 -> 9']);
  }
});
