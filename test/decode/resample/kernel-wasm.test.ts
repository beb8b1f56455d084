import { readFileSync } from 'node:fs';
import t from 'tap';
import { kernelDigest as digestOf } from '../../../scripts/build-gpu-kernel.js';
import { kernelDigest, kernelWasm } from '../../../src/decode/resample/generated/kernel-wasm.js';

t.test('the committed WebAssembly is that of the kernel as it stands', async (t) => {
  const source = readFileSync('src/decode/resample/kernel.as.ts', 'utf8');
  t.equal(kernelDigest, digestOf(source), 'run npm run build:kernel');
  t.ok(new WebAssembly.Module(Buffer.from(kernelWasm, 'base64')));
});
