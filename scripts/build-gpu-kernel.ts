import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadKoffi } from '../src/native/index.js';

// Developer command: compiles the GPU's resample kernel to PTX, which the driver compiles for its own GPU, so that a
// server needs no compiler. Needs libnvrtc.so.13 (from CUDA 13; LD_LIBRARY_PATH), but no GPU.

const FOLDER = 'src/decode/gpu';
/** Ampere, the first architecture with JPEG units. */
const ARCHITECTURE = 'compute_80';

/** A digest that lets a test check whether the committed PTX belongs to the current kernel. */
export function kernelDigest(source: string): string {
  return createHash('sha256').update(source).digest('hex');
}

function compile(source: string): string {
  const nvrtc = loadKoffi().load('libnvrtc.so.13');
  const define = (text: string) => nvrtc.func(text);
  const create = define(
    'int nvrtcCreateProgram(_Out_ void **program, const char *source, const char *name, int headers, void *texts, void *names)',
  );
  const compileProgram = define(
    'int nvrtcCompileProgram(void *program, int count, const char **options)',
  );
  const program: [unknown] = [null];
  if (create(program, source, 'resample.cu', 0, null, null) !== 0) throw new Error('no program');
  const options = [`--gpu-architecture=${ARCHITECTURE}`];
  const status = compileProgram(program[0], options.length, options);
  const read = (what: string) => {
    const size = [0];
    define(`int nvrtcGet${what}Size(void *program, _Out_ size_t *size)`)(program[0], size);
    const text = Buffer.alloc(Number(size[0]));
    define(`int nvrtcGet${what}(void *program, _Out_ uint8_t *text)`)(program[0], text);
    return text.toString('utf8').replace(/\0.*$/s, '');
  };
  if (status !== 0) throw new Error(read('ProgramLog'));
  return read('PTX');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const source = readFileSync(`${root}${FOLDER}/resample.cu`, 'utf8');
  const text = [
    '// Written by `npm run build:gpu-kernel` from ../resample.cu. Do not edit.',
    `export const resampleDigest = '${kernelDigest(source)}';`,
    `export const resamplePtx = ${JSON.stringify(compile(source))};\n`,
  ].join('\n');
  writeFileSync(`${root}${FOLDER}/generated/resample-ptx.ts`, text);
}
