import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t, { type Test } from 'tap';
import { logLines } from '../helpers/log-lines.js';
import { solidPng } from '../helpers/make-png.js';
import { startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

// What becomes of the server when threads die, and where packages with native code are missing.

const IMAGE = readFileSync('images/9.jpg');

function start(t: Test, config: object, preload: string, env: NodeJS.ProcessEnv = {}) {
  const folder = t.testdir({ 'c.json': JSON.stringify(config) });
  return startServer(t, ['--config', `${folder}/c.json`, '--model', 'models/demo'], {
    NODE_OPTIONS: `--import ${resolve('test/helpers/preload', preload)}`,
    ...env,
  });
}

function startWithout(t: Test, packages: string, decoder: string, provider = 'auto') {
  const config = { decode: { decoder }, engine: { provider } };
  return start(t, config, 'hide-packages.mjs', { HIDDEN_PACKAGES: packages });
}

async function classify(url: string, body: NonNullable<RequestInit['body']> = IMAGE) {
  const response = await fetch(`${url}/api/classify`, { method: 'POST', body });
  return { status: response.status, answer: await response.json() };
}

t.test('a decode thread that dies is replaced; a lane takes its process along', async (t) => {
  const config = { decode: { threads: 1 }, engine: { provider: 'cpu' } };
  const server = start(t, config, 'end-threads.mjs');
  const url = await server.url;
  t.match(await classify(url), { status: 200 });
  await until(() => logLines(server.stdout()).length > 0);
  const pid = Number(logLines(server.stdout())[0]?.pid);

  process.kill(pid, 'SIGUSR2');
  await until(() => server.stdout().includes('decode thread ended; a new one replaces it'));
  t.match(server.stdout(), /"cause":"the decode thread ended with code 0"/);
  t.match(await classify(url), { status: 200 });

  process.kill(pid, 'SIGWINCH');
  await until(() => /serving process \d+ is ready/.test(server.stderr()));
  t.match(server.stderr(), new RegExp(`serving process ${pid} ended with SIGKILL`));
  t.match(
    server.stdout(),
    /"state":"ended","cause":"the lane has ended: the lane thread ended with code 0"/,
  );
  t.notMatch(server.stderr(), /Error|^ +at /m);
  t.match(await classify(url), { status: 200 });
});

t.test('"auto" goes on without the packages that have native code, and says so', async (t) => {
  const packages = '@julusian/jpeg-turbo,@napi-rs/image,koffi';
  const server = startWithout(t, packages, 'auto');
  const url = await server.url;
  t.match(
    server.stderr(),
    /^GPUs are not used: the package koffi cannot be loaded; run npm ci .*$/m,
  );
  t.match(
    server.stderr(),
    /^decode.decoder auto selects jpeg-js, because native-fallback does not start: the package @julusian\/jpeg-turbo cannot be loaded; run npm ci .*$/m,
  );
  t.match(server.stderr(), /^provider webgpu skipped: the package koffi cannot be loaded/m);
  t.match(server.stderr(), /decoder {3}jpeg-js/);
  t.match(await classify(url), { status: 200 });
  const png = await classify(url, solidPng(8, 8, [10, 20, 30]));
  t.match(png, { status: 500, answer: { code: 'internal_error' } });
  t.notMatch(JSON.stringify(png.answer), /napi/);
  await until(() => server.stdout().includes('the package @napi-rs/image cannot be loaded'));
});

t.test('what is named and misses its package ends the program with a sentence', async (t) => {
  for (const [packages, sentence] of [
    [
      'koffi,@julusian/jpeg-turbo',
      /^decode.decoder native: the package @julusian\/jpeg-turbo cannot be loaded; run npm ci/m,
    ],
    [
      'onnxruntime-node',
      /^the model cannot run on cpu.*: the package onnxruntime-node cannot be loaded; run npm ci/m,
    ],
  ] as const) {
    const server = startWithout(t, packages, 'native', 'cpu');
    t.same(await server.exited, [1, null]);
    t.match(server.stderr(), sentence);
    t.notMatch(server.stderr(), /^ +at /m, 'and no stack');
  }
});
