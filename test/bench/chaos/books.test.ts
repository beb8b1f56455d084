import t from 'tap';
import { Books, decreased } from '../../../bench/chaos/books.js';

function page({ accepted = 5, ok = 3, deadline = 2, inProgress = 0, inQueue = 0 } = {}): string {
  return [
    '# TYPE batch_dispatch_items_accepted_total counter',
    `batch_dispatch_items_accepted_total{model="demo"} ${accepted}`,
    '# TYPE batch_dispatch_items_settled_total counter',
    `batch_dispatch_items_settled_total{model="demo",outcome="ok"} ${ok}`,
    `batch_dispatch_items_settled_total{model="demo",outcome="deadline"} ${deadline}`,
    '# TYPE batch_dispatch_items_in_progress gauge',
    `batch_dispatch_items_in_progress{model="demo"} ${inProgress}`,
    '# TYPE batch_dispatch_items_in_queue gauge',
    `batch_dispatch_items_in_queue{model="demo"} ${inQueue}`,
    '',
  ].join('\n');
}

t.test('books balance when all that was accepted is settled', async (t) => {
  t.equal(new Books(page()).imbalance, undefined);
  t.match(new Books(page({ accepted: 6 })).imbalance, '6 images were accepted, and 5 settled');
  t.match(new Books(page({ inProgress: 1 })).imbalance, '1 images are in progress');
  t.match(new Books(page({ inQueue: 1 })).imbalance, '1 in the queue');
});

t.test('books agree with what clients sent and received', async (t) => {
  const before = new Books(page());
  const after = new Books(page({ accepted: 9, ok: 7 }));
  const sums = { sent: 4, images: 4, results: 4, good: 4, goodOther: 0 };
  t.equal(after.disagreement(before, sums), undefined);
  t.match(after.disagreement(before, { ...sums, results: 5 }), 'clients received 5 results');
  t.match(after.disagreement(before, { ...sums, images: 3 }), 'clients sent 3 images');
});

t.test('a counter that decreases or disappears is found, a gauge may do so', async (t) => {
  const before = page({ inProgress: 9 });
  t.equal(decreased(before, page({ accepted: 6 })), undefined);
  t.match(decreased(before, page({ ok: 2 })), 'outcome="ok"} went from 3 to 2');
  t.match(decreased(before, ''), 'has disappeared');
});
