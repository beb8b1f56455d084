import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { readProcessActivity } from '../../../src/server/supervisor/process-activity.js';
import { until } from '../../helpers/until.js';

const isLinux = process.platform === 'linux';
const options = isLinux ? {} : { skip: 'only Linux has /proc' };

function start(t: Test, program: string): number {
  const child = spawn(process.execPath, ['--eval', program], { stdio: 'ignore' });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return Number(child.pid);
}

t.test('a process that spins runs, and uses processor time', options, async (t) => {
  const pid = start(t, 'for (;;);');
  await until(() => Number(readProcessActivity(pid)?.mainCpuMs) > 200);
  const activity = readProcessActivity(pid);
  t.match(activity, { state: 'R', isRunnable: true });
  t.ok(Number(activity?.totalCpuMs) >= Number(activity?.mainCpuMs));
});

t.test('a process that waits sleeps, and one that is stopped is stopped', options, async (t) => {
  const pid = start(t, 'setInterval(() => {}, 1e6)');
  await until(() => readProcessActivity(pid)?.state === 'S');
  process.kill(pid, 'SIGSTOP');
  await until(() => readProcessActivity(pid)?.state === 'T');
});

t.test('of a process that does not exist nothing is known', async (t) => {
  t.equal(readProcessActivity(2 ** 30), undefined);
});
