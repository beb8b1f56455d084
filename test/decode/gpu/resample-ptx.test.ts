import { readFileSync } from 'node:fs';
import t from 'tap';
import { kernelDigest } from '../../../scripts/build-gpu-kernel.js';
import { resampleDigest, resamplePtx } from '../../../src/decode/gpu/generated/resample-ptx.js';

t.test('the committed PTX is that of the kernel as it stands', (t) => {
  const source = readFileSync('src/decode/gpu/resample.cu', 'utf8');
  t.equal(resampleDigest, kernelDigest(source), 'run npm run build:gpu-kernel');
  t.match(resamplePtx, /\.entry resample\(/);
  t.end();
});
