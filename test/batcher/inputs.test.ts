import t from 'tap';
import { settle } from '../helpers/puppet-lane.js';
import { setUp } from '../helpers/set-up-batcher.js';

t.test('inputs are taken back when their batch has ended, each once', async (t) => {
  const { clock, lane, released, submit } = setUp();
  const items = ['a', 'b'].map((input) => submit(input));
  clock.advance(10);
  t.same(released, []);
  await lane.finish();
  t.same(released, ['a', 'b']);
  t.same(
    items.map(({ input }) => input),
    [undefined, undefined],
  );
});

t.test('not before the last of its runs: a half may be run again', async (t) => {
  const { clock, lane, released, submit } = setUp();
  submit('a');
  submit('b');
  clock.advance(10);
  await lane.fail(new Error('guilty'));
  await lane.finish();
  t.same(released, []);
  await lane.finish();
  t.same(released, ['a', 'b']);
});

t.test('also when the lane has failed', async (t) => {
  const { lane, released, submit } = setUp({ maxBatchSize: 1 });
  submit('a');
  await lane.fail(new Error('broken'));
  t.same(released, []);
  await lane.fail(new Error('broken'));
  t.same(released, ['a']);
});

t.test('a deadline does not take an input from a lane that reads it', async (t) => {
  const { clock, lane, released, submit } = setUp({ maxQueueDelayMs: 0 });
  submit('a', 20);
  submit('b', 20);
  clock.advance(20);
  t.same(released, ['b']);
  await lane.finish();
  t.same(released, ['b', 'a']);
});

t.test('a hung lane keeps the inputs of its batch, for it may read them yet', async (t) => {
  const { clock, lane, released, submit } = setUp({ maxBatchSize: 2 }, 2);
  submit('a');
  submit('b');
  submit('c');
  clock.advance(5000);
  await settle();
  t.same(released, []);
  await lane.finish();
  t.same(released, [], 'not after its late answer either');
});

t.test('who waits when the last lane hangs gets back what it brought', async (t) => {
  const { clock, released, submit } = setUp({ maxQueueDelayMs: 0 });
  for (const input of ['a', 'b', 'c']) submit(input);
  clock.advance(5000);
  await settle();
  t.same(released, ['b', 'c']);
});
