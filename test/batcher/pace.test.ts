import t from 'tap';
import { Pace } from '../../src/batcher/index.js';

t.test('before anything is known, work takes what is expected of it', async (t) => {
  t.equal(new Pace().factor, 1);
});

t.test('the first short piece of work does not decide alone', async (t) => {
  const pace = new Pace();
  pace.saw(1, 11);
  t.ok(pace.factor > 1 && pace.factor < 2, `${pace.factor}`);
});

t.test('work counts by its length', async (t) => {
  const pace = new Pace();
  for (let i = 0; i < 1000; i++) {
    pace.saw(9, 9);
    pace.saw(1, 11);
  }
  t.ok(Math.abs(pace.factor - 2) < 0.1, `${pace.factor}`);
});

t.test('after some seconds of other work, what was before is forgotten', async (t) => {
  const pace = new Pace();
  for (let i = 0; i < 100; i++) pace.saw(10, 50);
  t.ok(Math.abs(pace.factor - 5) < 0.01, `${pace.factor}`);
  for (let i = 0; i < 100; i++) pace.saw(10, 10);
  t.ok(pace.factor > 1.2 && pace.factor < 3, `one second: ${pace.factor}`);
  for (let i = 0; i < 500; i++) pace.saw(10, 10);
  t.ok(pace.factor < 1.05, `six seconds: ${pace.factor}`);
});

t.test('work that took no time at all is taken in', async (t) => {
  const pace = new Pace();
  pace.saw(20, 0);
  t.equal(pace.factor, 0.5);
});
