import t from 'tap';
import { seededRandom } from '../../../src/tools/tune/seeded-random.js';
import { VirtualClock } from '../../../src/tools/tune/virtual-clock.js';

t.test(
  'wakes run in the order of their times, and at one time in the order in which they were set',
  async (t) => {
    const clock = new VirtualClock();
    const random = seededRandom(7);
    const times = Array.from({ length: 500 }, () => Math.floor(random() * 50));
    const ran: [number, number][] = [];
    for (const [i, ms] of times.entries()) {
      clock.at(ms, () => {
        t.equal(clock.now(), ms);
        ran.push([ms, i]);
      });
    }
    await clock.run();
    const expected = times.map((ms, i): [number, number] => [ms, i]);
    t.same(
      ran,
      expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]),
    );
  },
);

t.test(
  'a timer is rounded up to whole milliseconds, an event of the calendar is not',
  async (t) => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.at(0.5, () => {
      clock.schedule(1.2, () => ran.push(`timer ${clock.now()}`));
      clock.at(1.2, () => {
        ran.push(`event ${clock.now()}`);
      });
    });
    await clock.run();
    t.same(ran, ['event 1.2', 'timer 2.5']);
  },
);

t.test('a wake that was called off does not run, and takes no time', async (t) => {
  const clock = new VirtualClock();
  const callOff = clock.schedule(1000, () => t.fail('it ran'));
  clock.at(1, callOff);
  await clock.run();
  t.equal(clock.now(), 1);
});

t.test('what a wake promises is awaited before time moves on', async (t) => {
  const clock = new VirtualClock();
  let isDone = false;
  clock.at(1, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    isDone = true;
  });
  clock.at(2, () => {
    t.ok(isDone);
  });
  await clock.run();
});
