import { join } from 'node:path';
import t from 'tap';
import { disturbanceLines, watchForDisturbance } from '../../../bench/tools/disturbance.js';
import { readProcessorTime } from '../../../bench/tools/processor-time.js';

t.test('the fields of /proc/stat', async (t) => {
  const text = 'cpu  1000 2000 3000 40000 5000 600 700 8000 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n';
  const file = join(t.testdir({ stat: text }), 'stat');
  t.same(readProcessorTime(file), { busySeconds: 73, stolenSeconds: 80, allSeconds: 603 });
  t.equal(readProcessorTime(join(file, 'missing')), undefined);
});

t.test('a run is disturbed above each limit', async (t) => {
  t.same(disturbanceLines({ otherCores: 0.1, stolenShare: 0.02 }), []);
  t.match(disturbanceLines({ otherCores: 0.11, stolenShare: 0 }), [
    /other programs kept 0\.1 cores/,
  ]);
  t.match(disturbanceLines({ otherCores: 0, stolenShare: 0.03 }), [/the host gave 3 %/]);
  t.equal(disturbanceLines({ otherCores: 9, stolenShare: 1 }).length, 2);
  t.same(disturbanceLines(undefined), [], 'where the system does not tell');
});

t.test('the machine is watched before and during the run', async (t) => {
  const seen = (await watchForDisturbance())();
  if (process.platform !== 'linux') return;
  t.ok(Number(seen?.otherCores) >= 0);
  t.ok(Number(seen?.stolenShare) >= 0);
});
