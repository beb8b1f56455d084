import t from 'tap';
import { DecodePool } from '../../../src/decode/decode-pool.js';
import { openGpuDecoder } from '../../../src/decode/gpu/open-gpu-decoder.js';
import { systemClock } from '../../../src/server/system-clock.js';
import { ThreadRefusedError } from '../../../src/threads/index.js';

t.test('the real thread decodes its trial image, or says in a line why it cannot', async (t) => {
  const pool = new DecodePool(1, { decoder: 'native' });
  t.teardown(() => pool.close());
  const broken = () => t.fail('a thread has stopped serving');
  const outcome = await openGpuDecoder({ pixels: pool, clock: systemClock, broken }).catch(
    (error: Error) => error,
  );
  if (outcome instanceof Error) {
    t.type(outcome, ThreadRefusedError);
    t.match(outcome.message, /^[^\n]{5,}$/);
  } else {
    await outcome.close();
    t.pass('this host has JPEG units');
  }
});
