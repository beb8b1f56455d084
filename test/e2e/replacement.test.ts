import { readFileSync } from 'node:fs';
import t from 'tap';
import { logLines } from '../helpers/log-lines.js';
import { type StartedServer, startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

const IMAGE = readFileSync('images/9.jpg');

async function classify(url: string): Promise<number> {
  return (await fetch(`${url}/api/classify`, { method: 'POST', body: IMAGE })).status;
}

/** The id of the process that has written the first line of the log. */
async function servingPid({ stdout }: StartedServer): Promise<number> {
  await until(() => logLines(stdout()).length > 0);
  return Number(logLines(stdout())[0]?.pid);
}

t.test('a serving process that is killed is replaced', async (t) => {
  const server = startServer(t);
  const url = await server.url;
  t.equal(await classify(url), 200);
  const pid = await servingPid(server);
  process.kill(pid, 'SIGKILL');
  await until(() => /is ready/.test(server.stderr()));
  t.equal(await classify(url), 200);
  t.match(server.stderr(), new RegExp(`serving process ${pid} ended with SIGKILL`));
});

t.test('SIGTERM while a process is being replaced ends with code 0', async (t) => {
  const server = startServer(t);
  const url = await server.url;
  t.equal(await classify(url), 200);
  process.kill(await servingPid(server), 'SIGKILL');
  await until(() => /starting a replacement/.test(server.stderr()));
  server.child.kill('SIGTERM');
  t.same(await server.exited, [0, null]);
});
