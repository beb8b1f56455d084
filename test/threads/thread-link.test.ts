import { Worker } from 'node:worker_threads';
import t, { type Test } from 'tap';
import { ThreadLink } from '../../src/threads/index.js';
import type { DyingRequest } from '../helpers/dying-worker.js';
import { FakeThread, startedWith } from '../helpers/fake-thread.js';
import { settle } from '../helpers/puppet-lane.js';

interface Asked {
  readonly text: string;
  readonly buffer?: ArrayBuffer;
}

/** A link to a thread whose replies are given by the test, in any order. */
function setUp(t: Test) {
  /** Requests that have arrived, by their text: each is replied to by a call. */
  const waiting = new Map<string, (reply: unknown) => void>();
  const thread = new FakeThread<Asked, unknown>(() =>
    startedWith((request) => {
      if (request.text === 'bad') throw new Error('a bad request');
      return new Promise((resolve) => {
        waiting.set(request.text, (reply) =>
          resolve({ reply, transfer: reply instanceof ArrayBuffer ? [reply] : [] }),
        );
      });
    }),
  );
  const link = new ThreadLink<Asked, unknown>('test thread', thread);
  t.teardown(() => link.close());
  async function arrived(count: number): Promise<void> {
    while (waiting.size < count) await settle();
  }
  return { thread, link, waiting, arrived };
}

/** How promises ended: their value, or the name and message of their error. */
function endsOf(promises: readonly Promise<unknown>[]): Promise<unknown[]> {
  return Promise.all(
    promises.map((one) => one.catch((error: Error) => `${error.name}: ${error.message}`)),
  );
}

t.test('each reply reaches its own request, in whatever order replies come', async (t) => {
  const { link, waiting, arrived } = setUp(t);
  const texts = Array.from({ length: 50 }, (_, i) => `request ${i}`);
  const replies = texts.map((text) => link.ask({ text }));
  await arrived(texts.length);
  const order = texts.map((text, i) => ({ text, key: (i * 37) % 50 }));
  for (const { text } of order.sort((a, b) => a.key - b.key)) waiting.get(text)?.(`to ${text}`);
  t.same(
    await Promise.all(replies),
    texts.map((text) => `to ${text}`),
  );
});

t.test('a request that fails, in either thread, fails alone', async (t) => {
  const { link, waiting, arrived } = setUp(t);
  const unsendable = { text: 'unsendable', call: () => {} };
  const ended = endsOf([
    link.ask({ text: 'first' }),
    link.ask(unsendable),
    link.ask({ text: 'bad' }),
    link.ask({ text: 'unsendable reply' }),
    link.ask({ text: 'last' }),
  ]);
  await arrived(3);
  waiting.get('first')?.(1);
  waiting.get('unsendable reply')?.(() => {});
  waiting.get('last')?.(2);
  t.match(await ended, [
    1,
    /^DataCloneError: /,
    'Error: a bad request',
    /^Error: .* could not be cloned/,
    2,
  ]);
});

t.test('buffers change hands both ways, and are not copied', async (t) => {
  const { link, waiting, arrived } = setUp(t);
  const buffer = new ArrayBuffer(8);
  const reply = link.ask({ text: 'take', buffer }, [buffer]);
  t.equal(buffer.byteLength, 0);
  await arrived(1);
  const other = new ArrayBuffer(16);
  waiting.get('take')?.(other);
  t.equal(((await reply) as ArrayBuffer).byteLength, 16);
  t.equal(other.byteLength, 0);
});

t.test('a start reports its progress, and requests wait for its end', async (t) => {
  const shares: number[] = [];
  let finish: () => void = () => {};
  const thread = new FakeThread<string, string, string, number>(async (progress) => {
    progress(0.5);
    progress(1);
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return { ready: 'warm', answer: (request) => ({ reply: `to ${request}`, transfer: [] }) };
  });
  const link = new ThreadLink<string, string, string, number>('test thread', thread, (share) =>
    shares.push(share),
  );
  t.teardown(() => link.close());
  const early = link.ask('early');
  while (shares.length < 2) await settle();
  t.same(shares, [0.5, 1]);
  finish();
  t.equal(await link.ready, 'warm');
  t.equal(await early, 'to early');
});

t.test('a thread that cannot start says why, and is terminated', async (t) => {
  const thread = new FakeThread<string, string>(() => {
    throw new Error('no such device');
  });
  const link = new ThreadLink<string, string>('test thread', thread);
  const refusal = 'ThreadRefusedError: no such device';
  t.same(await endsOf([link.ready, link.ask('early')]), [refusal, refusal]);
  t.match(await link.ended, { message: 'no such device' });
  t.ok(thread.isTerminated);
});

t.test('a thread that ends before it is ready has not started', async (t) => {
  const thread = new FakeThread<string, string>(() => new Promise(() => {}));
  const link = new ThreadLink<string, string>('test thread', thread);
  thread.exit(0);
  t.same(await endsOf([link.ready]), ['ThreadRefusedError: the test thread ended with code 0']);
});

t.test('when the thread stops, all that it had is rejected, and what comes later', async (t) => {
  const stops: [string, (thread: FakeThread<Asked, unknown>) => void, RegExp][] = [
    ['error', (thread) => thread.fail(new Error('boom\nat line 1')), /failed: boom$/],
    ['exit', (thread) => thread.exit(3), /ended with code 3$/],
    ['exit with code 0', (thread) => thread.exit(0), /ended with code 0$/],
    [
      'a message that cannot be read',
      (thread) => thread.port.emit('messageerror', new Error('no room')),
      /sent a message that cannot be read: no room$/,
    ],
    [
      'a reply that nobody asked for',
      (thread) => thread.workerPort.postMessage({ kind: 'reply', id: 7, reply: 'whose?' }),
      /replied to request 7, which awaits no reply$/,
    ],
    [
      'a failure that nobody asked for',
      (thread) => thread.workerPort.postMessage({ kind: 'failed', id: 7, message: 'whose?' }),
      /replied to request 7, which awaits no reply$/,
    ],
  ];
  for (const [name, stop, message] of stops) {
    const { thread, link, waiting, arrived } = setUp(t);
    const replies = [link.ask({ text: 'a' }), link.ask({ text: 'b' })];
    await arrived(2);
    stop(thread);
    const ends = await endsOf(replies);
    t.match(ends[0], /^ThreadEndedError: the test thread /, name);
    t.match(ends[0], message, name);
    t.equal(ends[1], ends[0]);
    t.match(await link.ended, { name: 'ThreadEndedError', message });
    const buffer = new ArrayBuffer(8);
    t.same(await endsOf([link.ask({ text: 'late', buffer }, [buffer])]), [ends[0]]);
    t.equal(buffer.byteLength, 8, 'its buffer stays where it was');
    waiting.get('a')?.('too late');
    await settle();
  }
});

t.test('a link that is closed rejects what has no reply yet', async (t) => {
  const { thread, link, arrived } = setUp(t);
  const reply = link.ask({ text: 'a' });
  await arrived(1);
  await link.close();
  const closed = 'ThreadClosedError: the test thread was closed';
  t.same(await endsOf([reply, link.ask({ text: 'b' })]), [closed, closed]);
  t.match(await link.ended, { name: 'ThreadClosedError' });
  t.ok(thread.isTerminated);
});

t.test('a real thread that dies settles what it had', async (t) => {
  const start = () => {
    const worker = new Worker(new URL('../helpers/dying-worker.js', import.meta.url));
    return new ThreadLink<DyingRequest, string>('test thread', worker);
  };
  const deaths = [
    ['throw outside', 'failed: boom'],
    ['exit', 'ended with code 0'],
    ['cannot read', 'failed: not readable'],
  ] as const;
  await Promise.all(
    deaths.map(async ([death, what]) => {
      const link = start();
      t.equal(await link.ask('reply'), 'alive');
      const message = `ThreadEndedError: the test thread ${what}`;
      t.same(await endsOf([link.ask('never reply'), link.ask(death)]), [message, message]);
    }),
  );
  const missing = new Worker(new URL('./no-such-worker.js', import.meta.url));
  const link = new ThreadLink('test thread', missing);
  t.match(await endsOf([link.ready]), [/^ThreadRefusedError: the test thread failed: Cannot find/]);
});

t.test('a thread that is closed while it starts is terminated only then', async (t) => {
  let start = () => {};
  const thread = new FakeThread<Asked, unknown>(async () => {
    await new Promise<void>((resolve) => {
      start = resolve;
    });
    return startedWith(() => ({ reply: 1, transfer: [] }));
  });
  const link = new ThreadLink<Asked, unknown>('test thread', thread);
  const closed = link.close();
  await t.rejects(link.ready, { name: 'ThreadClosedError' });
  t.equal(thread.isTerminated, false);
  start();
  await closed;
  t.equal(thread.isTerminated, true);
});
