import t from 'tap';
import { remainingTime } from '../../../src/tools/classify/remaining-time.js';

t.test('the rate so far tells how long the rest takes', async (t) => {
  t.equal(remainingTime(0, 100, 5000), '');
  t.equal(remainingTime(50, 100, 5000), '10.0 images/s, 0:05 left');
  t.equal(remainingTime(1000, 100_000, 1000), '1000 images/s, 1:39 left');
  t.equal(remainingTime(1, 7201, 1000), '1.00 images/s, 2:00:00 left');
  t.equal(remainingTime(100, 100, 5000), '20.0 images/s, 0:00 left');
});
