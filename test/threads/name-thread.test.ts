import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import t from 'tap';

const options = process.platform === 'linux' ? {} : { skip: 'needs /proc' };

/** The names of this process's threads. */
function names(): string[] {
  const folder = '/proc/self/task';
  return readdirSync(folder).map((id) => readFileSync(`${folder}/${id}/comm`, 'utf8').trim());
}

t.test('a thread has its name, and no other has it', options, async (t) => {
  const before = names();
  const module = new URL('../../src/threads/name-thread.js', import.meta.url).href;
  const code = `
    const { parentPort } = require('node:worker_threads');
    import(${JSON.stringify(module)}).then(({ nameThread }) => {
      nameThread('a-name-of-over-15-bytes');
      parentPort.once('message', () => {});
      parentPort.postMessage('named');
    });`;
  const worker = new Worker(code, { eval: true });
  t.teardown(() => worker.terminate());
  await once(worker, 'message');
  t.equal(names().filter((name) => name === 'a-name-of-over-').length, 1);
  t.notOk(before.includes('a-name-of-over-'));
});
