import t, { type Test } from 'tap';
import type { Config } from '../../src/server/config/config.js';
import { GpuDecoder } from '../../src/decode/gpu/gpu-decoder.js';
import { openDecodePool } from '../../src/decode/open-decode-pool.js';
import { SpareBuffers } from '../../src/decode/spare-buffers.js';
import { StartError } from '../../src/server/config/start-error.js';
import { systemClock } from '../../src/server/system-clock.js';
import { ThreadRefusedError } from '../../src/threads/index.js';

interface Case {
  readonly wish: Config['decode']['decoder'];
  readonly hasGpu?: boolean;
  /** What the GPU says; nothing, and it decodes. */
  readonly error?: Error;
}

/** What becomes of a wish: who was opened, and what the operator was told. */
async function open(t: Test, { wish, hasGpu = true, error }: Case) {
  const said: string[] = [];
  let tries = 0;
  const { pool, text } = await openDecodePool({
    wish,
    threads: 1,
    hasGpu,
    clock: systemClock,
    metrics: { decoded() {} },
    bodies: new SpareBuffers(1),
    broken() {},
    threadEnded: () => t.fail('a decode thread has ended'),
    say: (line) => said.push(line),
    async openGpu() {
      tries++;
      if (error) throw error;
      return new GpuDecoder({ lanes: [], clock: systemClock, broken() {} });
    },
  });
  t.teardown(() => pool.close());
  return { text, said, tries, usesGpu: pool.gpu !== undefined };
}

const REFUSED = new ThreadRefusedError('no units');

t.test('auto takes the GPU where it decodes, and else says why not', async (t) => {
  t.match(await open(t, { wish: 'auto' }), {
    usesGpu: true,
    text: 'gpu, and for what it does not take native, 1 threads',
    said: [],
  });
  t.match(await open(t, { wish: 'auto', error: REFUSED }), {
    usesGpu: false,
    text: 'native, 1 threads',
    said: [/^decode.decoder auto: native, because the GPU does not decode JPEGs: no units$/],
  });
  t.match(await open(t, { wish: 'auto', hasGpu: false, error: REFUSED }), {
    usesGpu: false,
    tries: 0,
    said: [],
  });
});

t.test('a decoder that is named works, or the server does not start', async (t) => {
  t.match(await open(t, { wish: 'gpu', hasGpu: false }), { usesGpu: true, tries: 1 });
  await t.rejects(open(t, { wish: 'gpu', error: REFUSED }), {
    constructor: StartError,
    message: 'decode.decoder gpu: no units (npm run gpu:check)',
  });
  for (const wish of ['native', 'jpeg-js'] as const) {
    t.match(await open(t, { wish }), { usesGpu: false, tries: 0, text: `${wish}, 1 threads` });
  }
});

t.test('a fault that is not the GPU’s is not taken for a refusal', async (t) => {
  await t.rejects(open(t, { wish: 'auto', error: new Error('a bug') }), /a bug/);
});
