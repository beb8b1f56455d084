import { type Found, type Space, search } from '../helpers/batcher-model/search.js';
import { IS_LONG } from '../helpers/long.js';

/** Deeper than any state is. */
const TO_THE_END = 100;

function space(items: number, windowMs: number, timeoutMs: number, depth: number): Space {
  const limits = {
    maxBatchSize: 2,
    maxQueueDelayMs: windowMs,
    allowedBatchSizes: [],
    maxQueueSize: 3,
  };
  return { items, lanes: 2, timeoutMs, limits, depth };
}

/** The numbers are what was found: were they to change unasked, something would not be seen any more. */
const WHOLE: readonly [Space, Found][] = [
  [space(3, 1, 4, TO_THE_END), { states: 6360, transitions: 48151, depth: 17 }],
  [space(3, 2, 5, TO_THE_END), { states: 10573, transitions: 80288, depth: 18 }],
  [space(4, 0, 3, TO_THE_END), { states: 10084, transitions: 86652, depth: 20 }],
  [space(4, 1, 4, 10), { states: 7065, transitions: 29614, depth: 10 }],
  [space(4, 2, 5, 10), { states: 7785, transitions: 30227, depth: 10 }],
];
const A_TENTH: readonly [Space, Found][] = [
  [space(3, 1, 4, 8), { states: 1222, transitions: 4338, depth: 8 }],
  [space(3, 2, 5, 8), { states: 1358, transitions: 4393, depth: 8 }],
  [space(4, 0, 3, 8), { states: 994, transitions: 4068, depth: 8 }],
  [space(4, 1, 4, 8), { states: 1607, transitions: 5322, depth: 8 }],
  [space(4, 2, 5, 8), { states: 1654, transitions: 5181, depth: 8 }],
];
const SPACES = IS_LONG ? WHOLE : A_TENTH;

// Errors are made by the hundred thousand, and nobody asks where.
const { stackTraceLimit } = Error;
Error.stackTraceLimit = 0;
const searched: (Found | Error)[] = [];
for (const [one] of SPACES) searched.push(await search(one).catch((error: Error) => error));
Error.stackTraceLimit = stackTraceLimit;

// Not before: tap watches every promise, which doubles the time.
const { default: t } = await import('tap');

for (const [i, [{ items, limits, depth }, expected]] of SPACES.entries()) {
  const reach = depth === TO_THE_END ? 'to the end' : `${depth} happenings deep`;
  const name = `every order of events of ${items} items, window ${limits.maxQueueDelayMs} ms, ${reach}`;
  t.test(name, async (t) => {
    t.same(searched[i], expected);
  });
}
