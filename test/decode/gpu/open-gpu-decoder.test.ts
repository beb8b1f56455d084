import { readFileSync } from 'node:fs';
import t from 'tap';
import { DecodePool } from '../../../src/decode/decode-pool.js';
import type { GpuBatchLane } from '../../../src/decode/gpu/gpu-decoder.js';
import { GPU_THREADS, openGpuDecoder } from '../../../src/decode/gpu/open-gpu-decoder.js';
import { readImageHeader } from '../../../src/decode/header/read-image-header.js';
import { openCuda, openJpegUnits } from '../../../src/native/index.js';
import { systemClock } from '../../../src/server/system-clock.js';
import { ThreadRefusedError } from '../../../src/threads/index.js';

const INPUT = { width: 32, height: 24, resize: 'squash' } as const;
const UNUSED = { take: () => new Uint8Array(), recycle() {} };

/** What this host's units say to the thread of this test; nothing if they are there. */
function missingHere(): string | undefined {
  try {
    openCuda();
    openJpegUnits();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function lane(close: () => void): GpuBatchLane {
  return {
    run: async (images) => images.map(() => undefined),
    warmUp: async () => {},
    close: async () => close(),
  };
}

t.test('threads are opened one after the other, as many as are wanted', async (t) => {
  for (const threads of [undefined, 3]) {
    let [opening, opened, closed] = [0, 0, 0];
    const decoder = await openGpuDecoder({
      pixels: UNUSED,
      clock: systemClock,
      broken() {},
      ...(threads === undefined ? {} : { threads }),
      async openLane(pixels) {
        t.equal(pixels, UNUSED);
        t.equal(++opening, 1, 'no other is opening');
        await null;
        opening--;
        opened++;
        return lane(() => closed++);
      },
    });
    t.equal(opened, threads ?? GPU_THREADS);
    await decoder.close();
    t.equal(closed, opened);
  }
});

t.test('a thread that is refused ends those before it, and no other is tried', async (t) => {
  for (const refusedAt of [0, 1]) {
    let [opened, closed] = [0, 0];
    const refusal = new ThreadRefusedError('no units');
    const opening = openGpuDecoder({
      pixels: UNUSED,
      clock: systemClock,
      broken() {},
      threads: 3,
      async openLane() {
        if (opened++ === refusedAt) throw refusal;
        return lane(() => closed++);
      },
    });
    await t.rejects(opening, refusal);
    t.equal(opened, refusedAt + 1);
    t.equal(closed, refusedAt);
  }
});

t.test('the real thread says what is missing here, or decodes as the native decoder', async (t) => {
  const pool = new DecodePool(1, { decoder: 'native' });
  t.teardown(() => pool.close());
  const broken = () => t.fail('a thread has stopped serving');
  const opening = openGpuDecoder({ pixels: pool, clock: systemClock, broken });
  const missing = missingHere();
  if (missing !== undefined) {
    t.comment(`this host has no JPEG units: ${missing}`);
    await t.rejects(opening, { name: 'ThreadRefusedError', message: missing });
    return;
  }
  const gpu = await opening;
  const bytes = readFileSync('images/1.jpg');
  const header = readImageHeader(bytes, { maxPixels: 1e8 });
  const isWanted = () => true;
  const expected = await pool.decode(Uint8Array.from(bytes), header, INPUT, isWanted);
  const actual = await gpu.decode({
    bytes: Uint8Array.from(bytes),
    header,
    input: INPUT,
    isWanted,
  });
  const differences = [...(actual ?? [])].map((value, i) =>
    Math.abs(value - Number(expected?.[i])),
  );
  t.equal(differences.length, INPUT.width * INPUT.height * 3);
  t.ok(differences.reduce((sum, one) => sum + one, 0) / differences.length < 3);
  await gpu.close();
});
