import t from 'tap';
import { HangWatch, type ProcessActivity } from '../../../src/server/supervisor/hang-watch.js';

const TICK_MS = 250;
const LIMIT_MS = 10_000;

const WAITS: ProcessActivity = {
  state: 'S',
  isRunnable: false,
  mainCpuMs: 0,
  totalCpuMs: 0,
  memoryStall: 0,
};

/** Milliseconds without a beat until the process counts as hung; undefined if it does not within ten minutes. */
function hungAfterMs(activityAt: (ms: number) => ProcessActivity | undefined): number | undefined {
  const watch = new HangWatch(LIMIT_MS);
  watch.check(TICK_MS, () => activityAt(0));
  for (let ms = TICK_MS; ms <= 600_000; ms += TICK_MS) {
    if (watch.check(TICK_MS, () => activityAt(ms))) return ms;
  }
  return undefined;
}

t.test('a process that is blocked or stopped hangs after the limit, and not before', async (t) => {
  for (const state of ['S', 'D', 'T'])
    t.equal(
      hungAfterMs(() => ({ ...WAITS, state })),
      LIMIT_MS,
    );
});

t.test('where the system says nothing, the clock counts', async (t) => {
  t.equal(
    hungAfterMs(() => undefined),
    LIMIT_MS,
  );
});

t.test('a main thread that spins hangs after the limit in processor time', async (t) => {
  const spinning = (share: number) => (ms: number) => ({
    ...WAITS,
    state: 'R',
    isRunnable: true,
    mainCpuMs: ms * share,
    totalCpuMs: ms * share,
  });
  // What it used in the first interval is not known.
  t.equal(hungAfterMs(spinning(1)), LIMIT_MS + TICK_MS);
  t.equal(hungAfterMs(spinning(0.1)), 10 * LIMIT_MS + TICK_MS);
});

t.test('a process without processor time never hangs', async (t) => {
  const starved = { ...WAITS, state: 'R', isRunnable: true };
  t.equal(
    hungAfterMs(() => starved),
    undefined,
  );
  t.equal(
    hungAfterMs((ms) => ({ ...starved, totalCpuMs: 2 * ms })),
    undefined,
    'nor does one whose other threads have it all',
  );
  t.equal(
    hungAfterMs(() => ({ ...WAITS, isRunnable: true })),
    undefined,
    'nor does a main thread that waits for a starved one',
  );
});

t.test('a main thread that is blocked hangs, though other threads work', async (t) => {
  const working = (ms: number) => ({ ...WAITS, isRunnable: true, totalCpuMs: 3 * ms });
  t.equal(hungAfterMs(working), LIMIT_MS + TICK_MS);
});

t.test('time in which the host only waits for memory counts in part', async (t) => {
  t.equal(
    hungAfterMs(() => ({ ...WAITS, state: 'D', memoryStall: 0.75 })),
    4 * LIMIT_MS,
  );
});

t.test('a process under a debugger never hangs', async (t) => {
  t.equal(
    hungAfterMs(() => ({ ...WAITS, state: 't' })),
    undefined,
  );
});

t.test('a beat starts the count anew, and nothing is read while beats come', async (t) => {
  const watch = new HangWatch(2 * TICK_MS);
  let reads = 0;
  const check = () =>
    watch.check(TICK_MS, () => {
      reads++;
      return WAITS;
    });
  t.same([check(), check()], [false, false]);
  watch.beat();
  t.same([check(), check(), check()], [false, false, true]);
  t.equal(reads, 3);
});

t.test('the limit may change', async (t) => {
  const watch = new HangWatch(LIMIT_MS);
  watch.limitMs = 2 * TICK_MS;
  const check = () => watch.check(TICK_MS, () => WAITS);
  t.same([check(), check(), check()], [false, false, true]);
});
