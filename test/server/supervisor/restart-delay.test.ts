import t from 'tap';
import { restartDelayMs } from '../../../src/server/supervisor/restart-delay.js';

const delays = (hasServed: boolean) =>
  [0, 1, 2, 3, 4, 5, 50].map((n) => restartDelayMs(n, hasServed));

t.test(
  'a process that has served is replaced at once, and soon if its successors end too',
  async (t) => {
    t.same(delays(true), [0, 0, 500, 500, 500, 500, 500]);
  },
);

t.test('one that could not start is tried again after at most two seconds', async (t) => {
  t.same(delays(false), [0, 250, 500, 1000, 2000, 2000, 2000]);
});
