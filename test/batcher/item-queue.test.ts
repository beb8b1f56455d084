import fc from 'fast-check';
import t from 'tap';
import { Item } from '../../src/batcher/item.js';
import { ItemQueue } from '../../src/batcher/item-queue.js';

type Image = Item<string, string>;

function due(deadlineMs: number): Image {
  return new Item(0, deadlineMs, 0);
}

function queueOf(...added: Image[]): ItemQueue<string, string> {
  const queue = new ItemQueue<string, string>();
  for (const item of added) queue.add(item);
  return queue;
}

t.test('first in, first out', async (t) => {
  const [a, b, c] = [due(3), due(1), due(2)] as const;
  const queue = queueOf(a, b, c);
  t.equal(queue.oldest, a);
  t.same(queue.take(2), [a, b]);
  t.equal(queue.size, 1);
  t.same(queue.take(2), [c], 'all, if there are fewer');
  t.equal(queue.oldest, undefined);
  t.same(queue.take(1), []);
});

t.test('one may leave from the head, the middle and the tail', async (t) => {
  const [a, b, c, d] = [due(1), due(2), due(3), due(4)] as const;
  const queue = queueOf(a, b, c, d);
  queue.remove(b);
  queue.remove(a);
  t.equal(queue.oldest, c);
  queue.remove(d);
  queue.add(a);
  t.same(queue.take(9), [c, a]);
  t.equal(queue.size, 0);
});

t.test('the nearest deadline is known, also when who had it has gone', async (t) => {
  const [a, b, c] = [due(30), due(10), due(20)] as const;
  const queue = queueOf(a);
  t.equal(queue.earliestDeadlineMs(), 30);
  queue.add(b);
  queue.add(c);
  t.equal(queue.earliestDeadlineMs(), 10);
  queue.remove(b);
  t.equal(queue.earliestDeadlineMs(), 20);
  queue.take(1);
  t.equal(queue.earliestDeadlineMs(), 20);
  queue.remove(c);
  t.equal(queue.earliestDeadlineMs(), Number.POSITIVE_INFINITY, 'never, in an empty queue');
  queue.add(a);
  t.equal(queue.earliestDeadlineMs(), 30);
});

t.test('of two with the nearest deadline one may go', async (t) => {
  const [a, b] = [due(10), due(10)] as const;
  const queue = queueOf(a, b);
  queue.remove(a);
  t.equal(queue.earliestDeadlineMs(), 10);
});

t.test('one that comes while the nearest deadline is not known counts', async (t) => {
  const [a, b, c] = [due(10), due(30), due(20)] as const;
  const queue = queueOf(a, b);
  queue.remove(a);
  queue.add(c);
  t.equal(queue.earliestDeadlineMs(), 20);
});

t.test('whatever comes and goes, it is as a plain list would have it', async () => {
  const step = fc.record({ kind: fc.constantFrom('add', 'remove', 'take', 'ask'), n: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = queueOf();
      let list: Image[] = [];
      for (const { kind, n } of steps) {
        const one = list[n % Math.max(1, list.length)];
        if (kind === 'add') {
          const item = due(n);
          list.push(item);
          queue.add(item);
        } else if (kind === 'remove' && one) {
          queue.remove(one);
          list = list.filter((other) => other !== one);
        } else if (kind === 'take') {
          const taken = queue.take(n);
          if (taken.some((item, i) => item !== list[i])) return false;
          list = list.slice(n);
        } else if (queue.earliestDeadlineMs() !== Math.min(...list.map((it) => it.deadlineMs))) {
          return false;
        }
        if (queue.size !== list.length || queue.oldest !== list[0]) return false;
      }
      return true;
    }),
  );
});
