import { readFileSync } from 'node:fs';
import t from 'tap';
import { kernelModule } from '../../../scripts/build-kernel.js';

t.test('the committed WebAssembly is what the kernel compiles to', async (t) => {
  const committed = 'src/decode/resample/generated/kernel-wasm.ts';
  t.equal(
    readFileSync(committed, 'utf8'),
    await kernelModule(process.cwd()),
    'npm run build:kernel',
  );
});
