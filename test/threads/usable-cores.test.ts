import t, { type Test } from 'tap';
import { coreLimit, usableCores } from '../../src/threads/usable-cores.js';

/** A tree of files as the kernel shows them to a process in the group `own`. */
function limitOf(t: Test, own: string, groups: Parameters<Test['testdir']>[0]) {
  return coreLimit(
    t.testdir({ proc: { self: { cgroup: own } }, sys: { fs: { cgroup: groups ?? {} } } }),
  );
}

t.test('the limit of a container is its quota for a period', async (t) => {
  t.equal(limitOf(t, '0::/\n', { 'cpu.max': '200000 100000\n' }), 2);
  t.equal(limitOf(t, '0::/\n', { 'cpu.max': '50000 100000\n' }), 0.5);
});

t.test('a group without a limit has those of the groups around it', async (t) => {
  const pod = { 'cpu.max': '400000 100000\n', main: { 'cpu.max': 'max 100000\n' } };
  t.equal(limitOf(t, '0::/pod/main\n', { pod }), 4);
  const tighter = { ...pod, main: { 'cpu.max': '150000 100000\n' } };
  t.equal(limitOf(t, '0::/pod/main\n', { pod: tighter }), 1.5);
});

t.test('without a limit, and without control groups, there is none', async (t) => {
  t.equal(limitOf(t, '0::/\n', { 'cpu.max': 'max 100000\n' }), undefined);
  t.equal(coreLimit(t.testdir({})), undefined);
});

t.test('version 1 has two files, and -1 for no limit', async (t) => {
  const files = (quota: string) => ({
    cpu: { 'cpu.cfs_quota_us': quota, 'cpu.cfs_period_us': '100000\n' },
  });
  t.equal(limitOf(t, '4:cpu,cpuacct:/docker/a\n', files('300000\n')), 3);
  t.equal(limitOf(t, '4:cpu,cpuacct:/docker/a\n', files('-1\n')), undefined);
});

t.test('a limit is rounded up to whole cores, and cannot add any', async (t) => {
  t.equal(usableCores(0.5, 96), 1);
  t.equal(usableCores(1.5, 96), 2);
  t.equal(usableCores(2, 96), 2);
  t.equal(usableCores(200, 96), 96);
  t.equal(usableCores(undefined, 96), 96);
});
