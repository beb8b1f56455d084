import t from 'tap';
import { LOOK_INTERVAL_MS, LoopDelay } from '../../../src/server/http/loop-delay.js';
import { ManualClock } from '../../helpers/manual-clock.js';

function setUp() {
  const clock = new ManualClock();
  const delay = new LoopDelay(clock);
  /** A turn of the event loop that lasts so long, and the look that follows it. */
  const turn = (ms: number) => {
    clock.advance(ms);
    delay.look();
  };
  return { clock, delay, turn };
}

t.test('on an idle loop nothing has waited', async (t) => {
  const { clock, delay, turn } = setUp();
  for (let i = 0; i < 3; i++) turn(LOOK_INTERVAL_MS);
  clock.advance(LOOK_INTERVAL_MS);
  t.equal(delay.waitedMs, 0);
});

t.test('what the present turn has lasted counts', async (t) => {
  const { clock, delay } = setUp();
  clock.advance(LOOK_INTERVAL_MS + 70);
  t.equal(delay.waitedMs, 70);
});

t.test('what has come during the turn before is read in this one', async (t) => {
  const { clock, delay, turn } = setUp();
  turn(LOOK_INTERVAL_MS + 200);
  t.equal(delay.waitedMs, 200);
  clock.advance(LOOK_INTERVAL_MS + 50);
  t.equal(delay.waitedMs, 250);
  delay.look();
  t.equal(delay.waitedMs, 50);
});

t.test('a long turn is over after the next one', async (t) => {
  const { delay, turn } = setUp();
  turn(LOOK_INTERVAL_MS + 200);
  turn(LOOK_INTERVAL_MS);
  t.equal(delay.waitedMs, 0);
});
