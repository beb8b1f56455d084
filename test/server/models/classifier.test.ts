import t from 'tap';
import { Batcher, LatencyCurve, QueueFullError } from '../../../src/batcher/index.js';
import type { DecodePool } from '../../../src/decode/index.js';
import type { LaneImage, Scores } from '../../../src/engine/index.js';
import { Classifier } from '../../../src/server/models/classifier.js';
import { ManualClock } from '../../helpers/manual-clock.js';

/** A model that decodes a byte in a millisecond, and whose lane never ends a run. */
function setUp(maxQueueSize: number) {
  const clock = new ManualClock();
  const batcher = new Batcher<LaneImage, Scores>({
    clock,
    limits: { maxBatchSize: 4, maxQueueDelayMs: 0, allowedBatchSizes: [], maxQueueSize },
    lanes: [{ run: () => new Promise(() => {}), warmUp: async () => {} }],
    curve: new LatencyCurve([
      { batchSize: 1, ms: 10 },
      { batchSize: 4, ms: 10 },
    ]),
  });
  const decodePool = { expectedMsByBytes: (bytes: number) => bytes } as DecodePool;
  const input = { width: 8, height: 8, resize: 'squash' as const };
  const bounds = () => ({ defaultTimeoutMs: 10_000 });
  return new Classifier({ batcher, decodePool, input, clock, bounds });
}

const FAR = { startedMs: 0, deadlineMs: 1e9 };

t.test('images of requests that wait for their turn are work ahead of others', async (t) => {
  const classifier = setUp(8);
  const eight = { bytes: 0, images: 8 };
  classifier.admit(eight, FAR, 0);
  const takeBack = classifier.announce({ bytes: 0, images: 1 });
  t.throws(() => classifier.admit(eight, FAR, 0), QueueFullError);
  t.doesNotThrow(() => classifier.admit({ bytes: 0, images: 7 }, FAR, 0));
  takeBack();
  t.doesNotThrow(() => classifier.admit(eight, FAR, 0));
});

t.test(
  'their bytes are decoded before, and the wait for the turn counts beside that',
  async (t) => {
    const classifier = setUp(8);
    const times = { startedMs: 0, deadlineMs: 111 };
    const image = { bytes: 50, images: 1 };
    t.doesNotThrow(() => classifier.admit(image, times, 100));
    t.throws(() => classifier.admit(image, times, 101), { name: 'DeadlineExceededError' });
    classifier.announce({ bytes: 50, images: 1 });
    t.doesNotThrow(() => classifier.admit(image, times, 100));
    t.throws(() => classifier.admit({ bytes: 51, images: 1 }, times, 0), {
      name: 'DeadlineExceededError',
    });
  },
);
