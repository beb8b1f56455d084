import { execFile } from 'node:child_process';
import t from 'tap';
import { freePort } from '../helpers/free-port.js';
import { serveApp } from '../helpers/serve-app.js';

/** Its exit code; the image starts it like this. */
function healthCheck(port: number): Promise<number> {
  return new Promise((resolve) => {
    const env = { ...process.env, PORT: String(port) };
    const child = execFile(process.execPath, ['dist/src/tools/health-check.js'], { env });
    child.once('close', (code) => resolve(Number(code)));
  });
}

t.test('0 while the server answers, also before it is ready', async (t) => {
  const { port } = await serveApp(t, { isWarm: false });
  t.equal(await healthCheck(port), 0);
});

t.test('1 when nobody answers', async (t) => {
  t.equal(await healthCheck(await freePort()), 1);
});
