import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { DecodePool } from '../../../src/decode/decode-pool.js';
import { GpuDecoder } from '../../../src/decode/gpu/gpu-decoder.js';
import { GpuLane } from '../../../src/decode/gpu/gpu-lane.js';
import type { GpuReply, GpuRequest, GpuResult } from '../../../src/decode/gpu/gpu-messages.js';
import type { UnitJob } from '../../../src/decode/gpu/unit-decoder.js';
import { UNIT_LIMITS } from '../../../src/decode/gpu/units-take.js';
import { readImageHeader } from '../../../src/decode/header/read-image-header.js';
import { SpareBuffers } from '../../../src/decode/spare-buffers.js';
import { systemClock } from '../../../src/server/system-clock.js';
import { errorMessages } from '../../../src/server/telemetry/error-messages.js';
import { FakeGpuThread } from '../../helpers/fake-gpu-thread.js';
import { solidJpeg, withoutQuantTables } from '../../helpers/make-jpeg.js';
import { solidPng } from '../../helpers/make-png.js';
import { settle } from '../../helpers/puppet-lane.js';

const INPUT = { width: 4, height: 4, resize: 'squash' } as const;
/** What the fake units make of every image: no image here has this colour. */
const UNIT_PIXEL = 255;

const DARK = solidJpeg(8, 8, [20, 20, 20]);

type Outcome = 'decoded' | 'refused' | 'batch fails';

/** Answers as the thread would, if `outcomeOf` told it what becomes of each image. */
function answerer(outcomeOf: (job: UnitJob) => Outcome, isBroken = () => false) {
  return (request: GpuRequest): GpuReply => {
    if (isBroken()) {
      if (request === 'trial') throw new Error('CUDA_ERROR');
      return { failure: 'CUDA_ERROR', results: request.jobs.map(plain) };
    }
    if (request === 'trial') return { results: [] };
    const outcomes = request.jobs.map(outcomeOf);
    if (outcomes.includes('batch fails')) {
      return { failure: 'BAD_JPEG', results: request.jobs.map(plain) };
    }
    const results = request.jobs.map((job, i): GpuResult => {
      if (outcomes[i] === 'refused') return { ...plain(job), refusal: 'no' };
      job.pixels.fill(UNIT_PIXEL);
      return plain(job);
    });
    return { results };
  };
}

function plain({ bytes, pixels }: UnitJob): GpuResult {
  return { bytes, pixels };
}

async function setUp(t: Test, answer: (request: GpuRequest) => GpuReply | undefined) {
  const counts: string[] = [];
  const states: string[] = [];
  const bodies = new SpareBuffers(DARK.length);
  const pool = new DecodePool(1, { decoder: 'native', decoded: (by) => counts.push(by), bodies });
  const thread = new FakeGpuThread(answer);
  const lane = await GpuLane.open(pool, thread);
  const broken = (state: string, cause?: Error) => states.push(`${state}: ${errorMessages(cause)}`);
  pool.gpu = new GpuDecoder({ lanes: [lane], clock: systemClock, broken });
  t.teardown(() => pool.close());
  const decode = (image: Buffer, isWanted = () => true) => {
    const header = readImageHeader(image, { maxPixels: 1e6 });
    return pool.decode(Uint8Array.from(image), header, INPUT, isWanted);
  };
  return { pool, thread, bodies, counts, states, decode };
}

function batchesOf(thread: FakeGpuThread): number[] {
  return thread.requests.flatMap((request) => (request === 'trial' ? [] : [request.jobs.length]));
}

t.test('images that the units take go there, all others to the native decoder', async (t) => {
  const { thread, counts, decode } = await setUp(
    t,
    answerer(() => 'decoded'),
  );
  const pixels = await Promise.all([
    decode(DARK),
    decode(readFileSync('images/1.jpg')),
    decode(solidPng(8, 8, [20, 20, 20])),
  ]);
  t.same(
    pixels.map((image) => image?.[0]),
    [UNIT_PIXEL, UNIT_PIXEL, 20],
  );
  t.same(counts.sort(), ['gpu', 'gpu', 'native']);
  t.equal(
    batchesOf(thread).reduce((sum, n) => sum + n),
    2,
  );
});

t.test('what waits while a thread is busy goes together, up to the bound', async (t) => {
  const { thread, decode } = await setUp(
    t,
    answerer(() => 'decoded'),
  );
  const waiting = UNIT_LIMITS.images + 1;
  await Promise.all(Array.from({ length: 1 + waiting }, () => decode(DARK)));
  t.same(batchesOf(thread), [1, UNIT_LIMITS.images, 1]);
});

t.test('the buffer of an image is free for a later body, once', async (t) => {
  for (const outcome of ['decoded', 'refused'] as const) {
    const { bodies, decode } = await setUp(
      t,
      answerer(() => outcome),
    );
    await decode(DARK);
    t.same(Buffer.from(bodies.take()), DARK, outcome);
    t.same(Buffer.from(bodies.take()), Buffer.alloc(DARK.length));
  }
});

t.test('an image nobody wants any more is not sent', async (t) => {
  const { thread, counts, decode } = await setUp(
    t,
    answerer(() => 'decoded'),
  );
  t.equal(await decode(DARK, () => false), undefined);
  t.same(thread.requests, []);
  t.same(counts, []);
});

t.test('a broken image fails alone, with the native decoder’s word on it', async (t) => {
  const broken = withoutQuantTables(readFileSync('images/1.jpg'));
  for (const outcome of ['refused', 'batch fails'] as const) {
    const isGuilty = ({ bytes }: UnitJob) => bytes.length === broken.length;
    const { counts, states, decode } = await setUp(
      t,
      answerer((job) => (isGuilty(job) ? outcome : 'decoded')),
    );
    const images = [DARK, DARK, DARK, broken, DARK, DARK];
    const results = await Promise.allSettled(images.map((image) => decode(image)));
    t.same(
      results.map((result) => (result.status === 'fulfilled' ? result.value?.[0] : 'rejected')),
      [UNIT_PIXEL, UNIT_PIXEL, UNIT_PIXEL, 'rejected', UNIT_PIXEL, UNIT_PIXEL],
      outcome,
    );
    t.match(results[3], { reason: { code: 'undecodable_image' } });
    t.same(counts.sort(), ['gpu', 'gpu', 'gpu', 'gpu', 'gpu', 'native']);
    t.same(states, [], 'the units are not at fault');
  }
});

t.test('a good image that the units refuse is decoded all the same', async (t) => {
  const { counts, decode } = await setUp(
    t,
    answerer(() => 'refused'),
  );
  const pixels = await decode(DARK);
  t.ok(Math.abs(Number(pixels?.[0]) - 20) <= 2);
  t.same(counts, ['native']);
});

t.test('when CUDA fails the native decoder takes over, and the process is told', async (t) => {
  let isBroken = true;
  const { counts, states, decode } = await setUp(
    t,
    answerer(
      () => 'decoded',
      () => isBroken,
    ),
  );
  // Three batches in a row open the breaker.
  for (let i = 0; i < 4; i++) {
    t.ok(Math.abs(Number((await decode(DARK))?.[0]) - 20) <= 2);
  }
  t.same(states, ['open: the lane failed its warm-up batch: CUDA_ERROR']);
  t.same(counts, ['native', 'native', 'native', 'native']);
  isBroken = false;
});

t.test('when a thread dies its images fail, and those that wait go elsewhere', async (t) => {
  const { thread, counts, states, decode } = await setUp(t, () => undefined);
  const lost = decode(DARK);
  const waiting = decode(DARK);
  while (thread.requests.length === 0) await settle();
  thread.fail(new Error('boom'));
  await t.rejects(lost, { name: 'LaneEndedError' });
  t.ok(Math.abs(Number((await waiting)?.[0]) - 20) <= 2);
  t.ok(Math.abs(Number((await decode(DARK))?.[0]) - 20) <= 2);
  t.same(states, ['ended: the lane has ended: the GPU decoder thread failed: boom']);
  t.same(counts, ['native', 'native']);
});

t.test('a decoder that is closed does not say that its threads have ended', async (t) => {
  const { pool, states, decode } = await setUp(
    t,
    answerer(() => 'decoded'),
  );
  await decode(DARK);
  await pool.close();
  await settle();
  t.same(states, []);
});

t.test('a thread that is refused at its start says why, and ends', async (t) => {
  const thread = new FakeGpuThread(() => undefined, 'no driver');
  const pool = { take: () => new Uint8Array(), recycle() {} };
  await t.rejects(GpuLane.open(pool, thread), {
    name: 'ThreadRefusedError',
    message: 'no driver',
  });
  t.ok(thread.isTerminated);
});
