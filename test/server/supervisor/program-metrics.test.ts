import t from 'tap';
import { ProgramMetrics } from '../../../src/server/supervisor/program-metrics.js';

const END = { pid: 1, code: null, signal: null, wasWarm: true, wasHung: false };

t.test('processes are counted when asked, and restarts by how the process ended', async (t) => {
  const processes = [{ isReady: true }, { isReady: false }];
  const metrics = new ProgramMetrics(processes);
  const value = async (series: string) =>
    Number(
      (await metrics.read())
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')[1],
    );
  const restarts = async () =>
    await Promise.all(
      ['hung', 'signal', 'exit'].map((ending) =>
        value(`batch_dispatch_process_restarts_total{ending="${ending}"}`),
      ),
    );
  t.equal(await value('batch_dispatch_processes'), 2);
  t.equal(await value('batch_dispatch_processes_ready'), 1);
  t.same(await restarts(), [0, 0, 0]);
  for (const end of [
    { code: 1 },
    { signal: 'SIGSEGV' },
    { signal: 'SIGSEGV' },
    { signal: 'SIGKILL', wasHung: true },
  ]) {
    metrics.restarted({ ...END, outOfMemoryKills: 0, ...end });
  }
  (processes[1] as { isReady: boolean }).isReady = true;
  t.same(await restarts(), [1, 2, 1]);
  t.equal(await value('batch_dispatch_processes_ready'), 2);
  t.equal(await value('process_start_time_seconds'), performance.timeOrigin / 1000);
});
