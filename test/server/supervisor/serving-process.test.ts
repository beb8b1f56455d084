import { openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { configSchema } from '../../../src/server/config/config.js';
import type { ProcessEnd } from '../../../src/server/supervisor/end-text.js';
import type { FromSupervisor } from '../../../src/server/supervisor/process-messages.js';
import { ServingProcess } from '../../../src/server/supervisor/serving-process.js';
import { until } from '../../helpers/until.js';

const PUPPET = fileURLToPath(new URL('../../helpers/serving-puppet.js', import.meta.url));
const HANG_TIMEOUT_MS = 500;
const READY = { kind: 'ready', report: { models: [], decoder: '', batching: '', address: '' } };

interface Told {
  readonly kind: string;
  readonly orders?: { plan: object };
  readonly visible?: string;
  readonly socket?: boolean;
}

/** A serving process whose program is a puppet, and what its owner is told. */
function setUp(t: Test, uuid?: string) {
  const told: Told[] = [];
  const ends: ProcessEnd[] = [];
  let starts = 0;
  const gpu = { name: 'GPU', uuid: String(uuid), computeCapability: '9.0', memoryBytes: 1 };
  const plan = { index: 0, total: 1, ...(uuid === undefined ? {} : { device: 0, gpu }) };
  const one = new ServingProcess({
    plan,
    orders: () => ({ config: configSchema.parse({}), plan }),
    socket: openSync('/dev/null', 'w'),
    hangTimeoutMs: HANG_TIMEOUT_MS,
    program: PUPPET,
    onStart: () => starts++,
    onMessage: (_, message) => told.push(message),
    onEnd: (_, end) => ends.push(end),
  });
  t.teardown(() => one.kill('SIGKILL'));
  /** Has the puppet do something that no supervisor asks for. */
  const pull = (order: object) => one.tell(order as FromSupervisor);
  const heard = (kind: string, times = 1) =>
    until(() => told.filter((message) => message.kind === kind).length >= times);
  return { one, told, ends, plan, pull, heard, starts: () => starts };
}

t.test('a process starts with its orders, its GPU and the socket', async (t) => {
  for (const uuid of ['GPU-7', undefined]) {
    const { one, told, plan, heard, starts } = setUp(t, uuid);
    t.notOk(one.isRunning);
    one.start();
    await heard('started');
    t.ok(one.isRunning && Number(one.pid) > 0);
    t.equal(starts(), 1);
    t.match(told[0], { orders: { plan }, socket: true });
    t.equal(told[0]?.visible, uuid ?? process.env['CUDA_VISIBLE_DEVICES']);
  }
});

t.test('what it says of itself is known until it ends', async (t) => {
  const { one, ends, pull, heard } = setUp(t);
  one.start();
  await heard('started');
  pull({ tell: { kind: 'availability', isReady: true } });
  pull({ tell: { kind: 'connections', open: 5 } });
  pull({ tell: READY });
  one.listen();
  await heard('ready');
  t.match(one, { isReady: true, connections: 5, hasServed: true, isListening: true });
  const { pid } = one;
  pull({ exit: 3 });
  await until(() => ends.length > 0);
  t.match(ends, [{ pid, code: 3, signal: null, wasWarm: true, wasHung: false }]);
  t.match(one, { isReady: false, connections: 0, hasServed: true, isListening: false });
  t.notOk(one.isRunning);
});

t.test('one that ends soon after its start is replaced later each time', async (t) => {
  const { one, ends, pull, heard, starts } = setUp(t);
  const delays: number[] = [];
  one.start();
  for (const start of [1, 2, 3]) {
    await heard('started', start);
    t.equal(starts(), start);
    pull({ exit: 1 });
    await until(() => ends.length === start);
    const end = ends.at(-1) as ProcessEnd;
    t.equal(end.wasWarm, false);
    delays.push(one.startAgain(end, () => start < 3));
  }
  t.same(delays, [250, 500, 1000]);
});

t.test(
  'one that has served is replaced at once, and not if nobody wants it any more',
  async (t) => {
    const { one, ends, pull, heard, starts } = setUp(t);
    one.start();
    await heard('started');
    pull({ tell: READY });
    pull({ exit: 0 });
    await until(() => ends.length === 1);
    t.equal(
      one.startAgain(ends[0] as ProcessEnd, () => true),
      0,
    );
    await heard('started', 2);
    one.kill('SIGTERM');
    await until(() => ends.length === 2);
    t.match(ends[1], { code: null, signal: 'SIGTERM', wasWarm: false }, 'a new life, not yet warm');
    let wasAsked = false;
    one.startAgain(ends[1] as ProcessEnd, () => {
      wasAsked = true;
      return false;
    });
    await until(() => wasAsked);
    t.equal(starts(), 2);
  },
);

t.test('one that sends no beat hangs and is killed: sooner if it is warm', async (t) => {
  const TICK_MS = HANG_TIMEOUT_MS / 2;
  for (const [isWarm, ticks] of [
    [true, 2],
    [false, 12],
  ] as const) {
    const { one, ends, pull, heard } = setUp(t);
    one.start();
    await heard('started');
    if (isWarm) pull({ tell: READY });
    if (isWarm) await heard('ready');
    // Stopped, so that it could have sent a beat at any time. The first tick finds the last beat.
    one.kill('SIGSTOP');
    await until(() => /^State:\s+T/m.test(readFileSync(`/proc/${one.pid}/status`, 'latin1')));
    for (let tick = 0; tick < ticks; tick++) one.checkForHang(TICK_MS);
    one.kill('SIGCONT');
    pull({ tell: { kind: 'beat' } });
    await heard('beat');
    t.same(ends, [], `${ticks - 1} ticks without a beat are allowed`);

    one.kill('SIGSTOP');
    // Ticks in which the host only waited for memory count in part.
    await until(() => {
      one.checkForHang(TICK_MS);
      return ends.length > 0;
    });
    t.match(ends, [{ signal: 'SIGKILL', wasHung: true, wasWarm: isWarm }]);
  }
});

t.test('one that beats is left alone, and so is one that has ended', async (t) => {
  const { one, ends, pull, heard } = setUp(t);
  one.checkForHang(1e6);
  one.start();
  await heard('started');
  for (let beat = 1; beat <= 5; beat++) {
    pull({ tell: { kind: 'beat' } });
    await heard('beat', beat);
    one.checkForHang(1e6);
  }
  t.same(ends, []);
  pull({ exit: 0 });
  await until(() => ends.length === 1);
  one.checkForHang(1e6);
  one.tell({ kind: 'drain' });
  t.match(ends, [{ code: 0, wasHung: false }]);
});
