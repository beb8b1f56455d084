import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { readThreadTimes, timesPerImage } from '../../../bench/http/thread-times.js';

t.test('the time of an image is what the threads have used since', async (t) => {
  const before = { main: 100, decode: 50 };
  const after = { main: 120, decode: 50, lane: 4 };
  t.same(timesPerImage(before, after, 10), { main: 2, decode: 0, lane: 0.4 });
});

t.test('the threads of the children of a process', async (t) => {
  t.same(readThreadTimes(2 ** 30), {}, 'of a process that is not there');
  if (process.platform !== 'linux') return;
  const code = 'setInterval(() => {}, 1000); process.send("here")';
  const child = spawn(process.execPath, ['-e', code], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  t.teardown(() => child.kill());
  await once(child, 'message');
  const times = readThreadTimes(process.pid);
  t.ok(Number(times['main']) > 0, 'the main thread of the child');
  t.notOk('decode' in times);
});
