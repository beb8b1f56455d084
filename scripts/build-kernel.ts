import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Developer command: compiles the resample kernel to the module that is committed beside it, so that a
// build needs no second compiler. A test fails if the module is out of date.

const FOLDER = 'src/decode/resample';

/** The text of generated/kernel-wasm.ts for the current kernel of the project at `root`. */
export async function kernelModule(root: string): Promise<string> {
  const { main } = await import('assemblyscript/asc');
  let wasm = new Uint8Array();
  const { error, stderr } = await main(
    [
      `${FOLDER}/kernel.as.ts`,
      ...['--baseDir', root],
      ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
      ...['--importMemory', '--initialMemory', '1', '--outFile', 'kernel.wasm'],
    ],
    {
      writeFile: (_name, contents) => {
        wasm = Uint8Array.from(Buffer.from(contents));
      },
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  const base64 = Buffer.from(wasm).toString('base64');
  return [
    '// Written by `npm run build:kernel` from ../kernel.as.ts. Do not edit.',
    `export const kernelWasm =\n  '${base64}';\n`,
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  writeFileSync(`${root}${FOLDER}/generated/kernel-wasm.ts`, await kernelModule(root));
}
