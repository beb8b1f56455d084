import t from 'tap';
import { timeline } from '../../page/timeline.js';

const HEADER = 'receive;dur=3.50, decode;dur=12.00, queue;dur=0.25, infer;dur=4.25';

t.test('each stage begins where the one before has ended', async (t) => {
  t.same(timeline(HEADER, 25), [
    { name: 'receive', startMs: 0, ms: 3.5 },
    { name: 'decode', startMs: 3.5, ms: 12 },
    { name: 'queue', startMs: 15.5, ms: 0.25 },
    { name: 'infer', startMs: 15.75, ms: 4.25 },
    { name: 'respond', startMs: 20, ms: 5 },
  ]);
});

t.test('what a client and a server measure may disagree a little', async (t) => {
  t.match(timeline(HEADER, 19.5).at(-1), { name: 'respond', ms: 0 });
});

t.test('without all stages there is no timeline', async (t) => {
  t.same(timeline('', 25), []);
  t.same(timeline('-', 25), []);
  t.same(timeline('cdn;dur=1, receive;dur=3.50', 25), []);
});
