import t, { type Test } from 'tap';
import { GpuDecoder } from '../../src/decode/gpu/gpu-decoder.js';
import {
  DecoderRefusedError,
  type OpenDecodePoolOptions,
  openDecodePool,
} from '../../src/decode/open-decode-pool.js';
import { SpareBuffers } from '../../src/decode/spare-buffers.js';
import { systemClock } from '../../src/server/system-clock.js';
import { ThreadRefusedError } from '../../src/threads/index.js';

interface Case {
  readonly choice: OpenDecodePoolOptions['choice'];
  readonly hasGpu?: boolean;
  /** What the GPU says; nothing, and it decodes. */
  readonly error?: Error;
  /** Whether this host has libturbojpeg. */
  readonly hasTurbo?: boolean;
}

/** Which decoder a choice opens, and what the operator is told. */
async function open(t: Test, { choice, hasGpu = true, error, hasTurbo = true }: Case) {
  const said: string[] = [];
  let tries = 0;
  const { pool, text } = await openDecodePool({
    choice,
    threads: 1,
    hasGpu,
    maxBytes: 2 ** 30,
    clock: systemClock,
    decoded() {},
    bodies: new SpareBuffers(1),
    broken() {},
    threadEnded: () => t.fail('a decode thread has ended'),
    say: (line) => said.push(line),
    openTurbo: () => (hasTurbo ? { decode() {} } : undefined),
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
  t.match(await open(t, { choice: 'auto' }), {
    usesGpu: true,
    text: 'gpu, otherwise native, 1 threads',
    said: [],
  });
  t.match(await open(t, { choice: 'auto', error: REFUSED }), {
    usesGpu: false,
    text: 'native, 1 threads',
    said: [/^decode.decoder auto selects native, because the GPU does not decode JPEGs: no units$/],
  });
  t.match(await open(t, { choice: 'auto', hasGpu: false, error: REFUSED }), {
    usesGpu: false,
    tries: 0,
    said: [],
  });
});

t.test('a decoder that is named works, or the server does not start', async (t) => {
  t.match(await open(t, { choice: 'gpu', hasGpu: false }), { usesGpu: true, tries: 1 });
  await t.rejects(open(t, { choice: 'gpu', error: REFUSED }), {
    constructor: DecoderRefusedError,
    message: 'decode.decoder gpu: no units; run npm run gpu:check',
  });
  for (const choice of ['native', 'jpeg-js'] as const) {
    t.match(await open(t, { choice }), { usesGpu: false, tries: 0, text: `${choice}, 1 threads` });
  }
});

t.test('a fault that is not the GPU’s is not taken for a refusal', async (t) => {
  await t.rejects(open(t, { choice: 'auto', error: new Error('a bug') }), /a bug/);
});

t.test('a fallback says that it is one', async (t) => {
  const warning =
    /^decode.decoder: libturbojpeg.so.0 cannot be opened, so a fallback decodes JPEGs/;
  for (const choice of ['native', 'auto'] as const) {
    t.match(await open(t, { choice, hasGpu: false, hasTurbo: false }), {
      text: 'native-fallback, 1 threads',
      said: [warning],
    });
  }
  t.match(await open(t, { choice: 'gpu', hasTurbo: false }), {
    text: 'gpu, otherwise native-fallback, 1 threads',
    said: [warning],
  });
  t.same((await open(t, { choice: 'jpeg-js', hasTurbo: false })).said, [], 'jpeg-js was named');
});
