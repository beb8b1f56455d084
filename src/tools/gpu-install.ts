import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runtimeFolder } from '../native/index.js';
import { installProviders } from './gpu-install/install-providers.js';
import { ToolError } from './tool-error.js';

// Puts the CUDA and TensorRT provider libraries of the installed onnxruntime-node beside it, looks whether the
// libraries that they need are there, and ends with gpu:check.

const USAGE = `Usage: npm run gpu:install [-- --wheel FILE | --index URL]

By the installer of onnxruntime-node; where that fails, out of the wheel of onnxruntime-gpu in a Python package index.
  --wheel FILE   at once out of a wheel on this machine, of the same version
  --index URL    the index (default: the environment's PIP_INDEX_URL, as for pip)`;

async function main(): Promise<void> {
  const options = { wheel: { type: 'string' }, index: { type: 'string' } } as const;
  const { values } = parse(() => parseArgs({ options }));
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ToolError('the CUDA and TensorRT providers are for Linux on x64');
  }
  const folder = runtimeFolder();
  const place = { packageFolder: join(folder, '../../../..'), runtimeFolder: folder };
  const index = values.index ?? process.env['PIP_INDEX_URL'];
  const missing = await installProviders(place, { ...values, index }, (line) => console.log(line));
  if (missing.length > 0) console.log(`they need what is not here: ${missing.join(', ')}`);
  // Where an image is built there is no driver: it comes from the host that runs the image.
  if (missing.some((file) => !file.startsWith('libcuda.so'))) process.exitCode = 1;
  console.log();
  await import('./gpu-check.js');
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new ToolError(`${(cause as Error).message}\n\n${USAGE}`, { cause });
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ToolError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
