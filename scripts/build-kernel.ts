import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelDigest } from './build-gpu-kernel.js';

// Developer command: compiles the resample kernel to the module that is committed beside it, so that a build needs no second
// compiler. npx fetches the compiler, which is as large as all of the program's packages together; the kernel seldom changes.

const FOLDER = 'src/decode/resample';
const COMPILER = 'assemblyscript@0.28.20';

function compile(root: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-'));
  const file = join(folder, 'kernel.wasm');
  try {
    const asc = ['--yes', '--package', COMPILER, '--', 'asc', `${FOLDER}/kernel.as.ts`];
    const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];
    const memory = ['--importMemory', '--initialMemory', '1'];
    execFileSync('npx', [...asc, ...flags, ...memory, '--outFile', file], {
      cwd: root,
      stdio: 'inherit',
    });
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const source = readFileSync(`${root}${FOLDER}/kernel.as.ts`, 'utf8');
  const text = [
    '// Written by `npm run build:kernel` from ../kernel.as.ts. Do not edit.',
    `export const kernelDigest = '${kernelDigest(source)}';`,
    `export const kernelWasm =\n  '${compile(root).toString('base64')}';\n`,
  ].join('\n');
  writeFileSync(`${root}${FOLDER}/generated/kernel-wasm.ts`, text);
}
