import type { Worker } from 'node:worker_threads';
import jpeg from 'jpeg-js';
import t from 'tap';
import { DecodePool } from '../../src/decode/decode-pool.js';
import { readImageHeader } from '../../src/decode/header/read-image-header.js';
import { SpareBuffers } from '../../src/decode/spare-buffers.js';
import { withoutQuantTables } from '../helpers/make-jpeg.js';

const INPUT = { width: 8, height: 8, resize: 'squash' } as const;

function jpegOf(value: number, side = 32): Buffer {
  const data = Buffer.alloc(side * side * 4, value);
  return Buffer.from(jpeg.encode({ data, width: side, height: side }, 90).data);
}

function apart(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

t.test('each image comes back as its own pixels, whatever the number of threads', async (t) => {
  for (const threads of [1, 3]) {
    const pool = new DecodePool(threads, { decoder: 'native' });
    t.teardown(() => pool.close());
    const values = [10, 60, 110, 160, 210, 35, 85, 135];
    const decoded = await Promise.all(
      values.map(async (value) => {
        const bytes = jpegOf(value);
        const header = readImageHeader(bytes, { maxPixels: 1e6 });
        return pool.decode(apart(bytes), header, INPUT, () => true);
      }),
    );
    decoded.forEach((pixels, i) => {
      t.equal(pixels?.length, 8 * 8 * 3);
      t.ok(Math.abs(Number(pixels?.[0]) - Number(values[i])) <= 2, `image ${i}`);
      if (pixels) pool.recycle(pixels);
    });
  }
});

t.test('models of different sizes share the threads, each with buffers of its own', async (t) => {
  const pool = new DecodePool(1, { decoder: 'native' });
  t.teardown(() => pool.close());
  const bytes = jpegOf(60);
  const header = readImageHeader(bytes, { maxPixels: 1e6 });
  const wide = { width: 16, height: 4, resize: 'squash' } as const;
  for (let round = 0; round < 2; round++) {
    const small = await pool.decode(apart(bytes), header, INPUT, () => true);
    const large = await pool.decode(apart(bytes), header, wide, () => true);
    t.equal(small?.length, 8 * 8 * 3);
    t.equal(large?.length, 16 * 4 * 3);
    if (small) pool.recycle(small);
    if (large) pool.recycle(large);
  }
});

t.test('an image nobody wants any more is not decoded', async (t) => {
  const pool = new DecodePool(1, { decoder: 'native' });
  t.teardown(() => pool.close());
  const bytes = jpegOf(10);
  const header = readImageHeader(bytes, { maxPixels: 1e6 });
  t.equal(await pool.decode(apart(bytes), header, INPUT, () => false), undefined);
});

t.test(
  'images that are costly for their bytes make no later one late in an idle pool',
  async (t) => {
    const pool = new DecodePool(1, { decoder: 'native' });
    t.teardown(() => pool.close());
    const bytes = jpegOf(60);
    const header = readImageHeader(bytes, { maxPixels: 1e6 });
    const costly = { ...header, width: 5000, height: 5000, scans: 10 };
    const decoding = pool.decode(apart(bytes), costly, INPUT, () => false);
    t.equal(pool.expectedMsByBytes(1e6), 0, 'dropped already');
    const other = pool.decode(apart(bytes), header, INPUT, () => true);
    t.ok(pool.expectedMsByBytes(1e6) > 100, 'behind another, judged by the one before');
    await Promise.all([decoding, other]);
    t.equal(pool.expectedMsByBytes(1e6), 0);
  },
);

t.test('a broken image fails alone', async (t) => {
  const pool = new DecodePool(1, { decoder: 'native' });
  t.teardown(() => pool.close());
  const bytes = jpegOf(10);
  const header = readImageHeader(bytes, { maxPixels: 1e6 });
  const broken = withoutQuantTables(bytes);
  const results = await Promise.allSettled(
    [bytes, broken, bytes].map((image) => pool.decode(apart(image), header, INPUT, () => true)),
  );
  t.same(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  t.match(results[1], { reason: { code: 'undecodable_image' } });
});

t.test(
  'the buffer of an image is free for a later body, whatever became of the image',
  async (t) => {
    const bytes = jpegOf(10);
    const header = readImageHeader(bytes, { maxPixels: 1e6 });
    const broken = Buffer.from(bytes);
    // The first table has another name, so that no component finds it.
    broken.writeUInt8(3, bytes.indexOf(Buffer.of(0xff, 0xdb)) + 4);
    for (const image of [bytes, broken]) {
      const bodies = new SpareBuffers(bytes.length);
      const pool = new DecodePool(1, { decoder: 'native', bodies });
      t.teardown(() => pool.close());
      await Promise.allSettled([pool.decode(apart(image), header, INPUT, () => true)]);
      t.same(Buffer.from(bodies.take()), image);
      t.same(Buffer.from(bodies.take()), Buffer.alloc(bytes.length), 'given once');
    }
  },
);

t.test('a decode thread that dies is replaced, and costs only the images in it', async (t) => {
  const workers: Worker[] = [];
  process.on('worker', (worker) => workers.push(worker));
  const ends: string[] = [];
  const threadEnded = ({ message }: Error) => void ends.push(message);
  const pool = new DecodePool(1, { decoder: 'native', threadEnded });
  t.teardown(() => pool.close());
  await pool.ready();
  const bytes = jpegOf(60);
  const header = readImageHeader(bytes, { maxPixels: 1e6 });
  const decode = () => pool.decode(apart(bytes), header, INPUT, () => true);
  void workers[0]?.terminate();
  // Two are given to the thread, which does not answer any more, and one waits for it.
  const decoding = Promise.allSettled([decode(), decode(), decode()]);
  const [first, second, third] = await decoding;
  const died = {
    reason: { name: 'ThreadEndedError', message: 'the decode thread ended with code 1' },
  };
  t.match([first, second], [died, died]);
  t.match(third, { status: 'fulfilled', value: { length: 8 * 8 * 3 } });
  t.same(ends, ['the decode thread ended with code 1']);
  t.equal(workers.length, 2);
});

t.test('a pool that is closed starts no thread for what waits', async (t) => {
  let workers = 0;
  process.on('worker', () => workers++);
  const ended = () => t.fail('nobody is told');
  const pool = new DecodePool(1, { decoder: 'native', threadEnded: ended });
  const bytes = jpegOf(60);
  const header = readImageHeader(bytes, { maxPixels: 1e6 });
  const waiting = Promise.allSettled(
    Array.from({ length: 4 }, () => pool.decode(apart(bytes), header, INPUT, () => true)),
  );
  await pool.close();
  t.match(await waiting, Array(4).fill({ reason: { name: 'ThreadClosedError' } }));
  t.equal(workers, 1);
});
