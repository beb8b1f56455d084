import { parentPort } from 'node:worker_threads';
import { serveThread } from '../../src/threads/index.js';

/** What the thread does when it is asked to. */
export type DyingRequest = 'reply' | 'throw outside' | 'exit' | 'cannot read' | 'never reply';

// A thread for tests, which dies in the way that it is asked to.

await serveThread<DyingRequest, string>(() => ({
  ready: undefined,
  answer(request) {
    if (request === 'reply') return { reply: 'alive', transfer: [] };
    if (request === 'throw outside') {
      setImmediate(() => {
        throw new Error('boom\nand more');
      });
    }
    if (request === 'exit') process.exit(0);
    if (request === 'cannot read') {
      setImmediate(() => parentPort?.emit('messageerror', new Error('not readable')));
    }
    return new Promise(() => {});
  },
}));
