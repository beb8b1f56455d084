import { execFile } from 'node:child_process';
import t from 'tap';
import { freePort } from '../helpers/free-port.js';
import { metric } from '../helpers/metric.js';
import { serveApp } from '../helpers/serve-app.js';

/** Runs the program as the load image does. */
function load(
  env: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env } };
    const child = execFile(process.execPath, ['dist/bench/load.js'], options, (_, stdout, stderr) =>
      resolve({ code: Number(child.exitCode), stdout, stderr }),
    );
  });
}

t.test('sends the image as it is, as often as it is told', async (t) => {
  const { url } = await serveApp(t);
  const { code, stdout } = await load({
    URL: `${url}/api/classify`,
    CONCURRENCY: '3',
    REQUESTS: '20',
  });
  t.equal(code, 0);
  t.match(stdout, /^answers {5}20 times 200$/m);
  t.equal(await metric(url, 'items_accepted_total{model="colours"}'), 20);
});

t.test('tells of answers that are not 200, and of none', async (t) => {
  const { url } = await serveApp(t);
  const elsewhere = await load({ URL: `${url}/elsewhere`, CONCURRENCY: '2', REQUESTS: '4' });
  t.match(elsewhere, { code: 1, stdout: /^answers {5}4 times 404$/m });
  const nobody = `http://127.0.0.1:${await freePort()}/`;
  const none = await load({ URL: nobody, CONCURRENCY: '1', REQUESTS: '1' });
  t.match(none, { code: 1, stdout: /^answers {5}1 times no answer$/m });
});

const settings: [Record<string, string>, string][] = [
  [{ URL: 'localhost' }, 'URL: "localhost" is not an address that starts with http'],
  [{ REQUESTS: '0' }, 'REQUESTS: "0" is not a positive whole number'],
  [{ CONCURRENCY: '1.5' }, 'CONCURRENCY: "1.5" is not a positive whole number'],
  [
    { CONCURRENCY: '5', REQUESTS: '4' },
    'CONCURRENCY: there are more connections (5) than requests',
  ],
  [{ IMAGE: 'nowhere.jpg' }, 'IMAGE: nowhere.jpg cannot be read'],
];
for (const [env, sentence] of settings) {
  t.test(sentence, async (t) => {
    const { code, stderr } = await load(env);
    t.equal(code, 1);
    t.equal(stderr.split('\n')[0], sentence);
  });
}
