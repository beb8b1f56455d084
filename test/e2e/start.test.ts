import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import t from 'tap';
import { tinyClassifier, writeModelFolder } from '../helpers/onnx-models.js';
import { startServer } from '../helpers/start-server.js';

/** Starts with one configuration file and returns what it says when it gives up. */
async function refusal(t: Parameters<typeof startServer>[0], config: string, args: string[] = []) {
  const folder = t.testdir({ 'c.json': config });
  const server = startServer(t, ['--config', `${folder}/c.json`, ...args]);
  const [code] = await server.exited;
  t.equal(code, 1);
  t.equal(server.stderr().trimEnd().split('\n').length, 1, server.stderr());
  return server.stderr();
}

t.test('what is wrong with the configuration is said in one sentence', async (t) => {
  t.match(await refusal(t, '{"batching":{"maxBatchSize":0}}'), /c\.json: batching\.maxBatchSize: /);
  t.match(await refusal(t, '{"batching":{"size":1}}'), /unknown key batching\.size/);
  t.match(await refusal(t, '{"colour":1}'), /unknown key colour/);
  t.match(await refusal(t, '{'), /c\.json is not valid JSON/);
  t.match(await refusal(t, '{"models":["nowhere"]}'), /cannot read .*nowhere\/model\.json/);
});

t.test('flags and environment are checked too', async (t) => {
  for (const [args, env, sentence] of [
    [['--colour'], {}, /Unknown option '--colour'/],
    [['--config', 'nowhere.json'], {}, /cannot read the configuration file nowhere\.json/],
    [[], { PORT: '65536' }, /PORT must be a whole number/],
    [[], { PORT: 'http' }, /PORT must be a whole number/],
  ] as const) {
    const server = startServer(t, args, env);
    t.equal((await server.exited)[0], 1);
    t.match(server.stderr(), sentence);
  }
});

t.test('a port in use stops the server at once', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.teardown(() => other.close());
  const { port } = other.address() as { port: number };
  const server = startServer(t, [], { PORT: String(port) });
  t.equal((await server.exited)[0], 1);
  t.match(server.stderr(), new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}.*port is in use`));
});

t.test('labels that do not match the classes stop the server', async (t) => {
  const folder = t.testdir({});
  writeModelFolder(folder, { labels: ['c1 only'] });
  const server = startServer(t, ['--model', folder]);
  t.equal((await server.exited)[0], 1);
  t.match(server.stderr(), /labels\.txt has 1 labels but the model has 4 classes/);
});

t.test('so do labels that do not match a graph which does not say its classes', async (t) => {
  const folder = t.testdir({});
  const onnx = tinyClassifier({ scores: 'unsaid' });
  writeModelFolder(folder, { onnx, labels: ['c1 one', 'c2 two'] });
  const server = startServer(t, ['--model', folder]);
  t.equal((await server.exited)[0], 1);
  t.match(
    server.stderr(),
    /cannot run on cpu: the model does not have as many classes as labels\.txt/,
  );
});

t.test('a model of one’s own is served from its folder', async (t) => {
  const folder = t.testdir({});
  writeModelFolder(folder);
  const server = startServer(t, ['--model', folder]);
  t.match(await server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
});

t.test('--help says how to start it', async (t) => {
  const server = startServer(t, ['--help']);
  t.equal((await server.exited)[0], 0);
  t.match(server.stdout(), /--config FILE[\s\S]*--model DIR/);
});

t.test('a pipe in place of the configuration does not make the server wait for ever', async (t) => {
  const folder = t.testdir({});
  execFileSync('mkfifo', [`${folder}/c.json`]);
  for (const path of [`${folder}/c.json`, '/dev/zero', folder]) {
    const server = startServer(t, ['--config', path]);
    t.equal((await server.exited)[0], 1);
    t.match(server.stderr(), /^the configuration .* is not a file\n$/);
  }
});

t.test(
  'a process that is killed before the first is ready ends the server, which says why',
  async (t) => {
    // The preloaded module kills the serving process, which alone has orders.
    const kill = 'if (process.env.BATCH_DISPATCH_ORDERS) process.kill(process.pid, "SIGKILL")';
    const server = startServer(t, [], {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(kill)}`,
    });
    t.same(await server.exited, [1, null]);
    t.match(server.stderr(), /^serving process \d+ ended with SIGKILL.*, before it was ready\n$/);
  },
);
