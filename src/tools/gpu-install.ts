import { join } from 'node:path';
import { runtimeFolder } from '../native/index.js';
import { installProviders } from './gpu-install/install-providers.js';
import { KNOWN_WHEEL } from './gpu-install/known-wheel.js';
import { printGpuTables } from './print-gpu-tables.js';
import { readFlags } from './read-flags.js';
import { runTool } from './run-tool.js';
import { ToolError } from './tool-error.js';

// Installs the CUDA and TensorRT provider libraries beside the installed onnxruntime-node, checks that the libraries
// that they depend on are present, and ends with gpu:check.

const USAGE = `Usage: npm run gpu:install [-- --wheel FILE | --index URL]

Uses the installer of onnxruntime-node or, if that fails, the wheel of onnxruntime-gpu from a Python package index.
  --wheel FILE   use this wheel, which must have the same version
  --index URL    the package index (default: the environment variable PIP_INDEX_URL, as in pip)`;

async function main(): Promise<void> {
  const options = { wheel: { type: 'string' }, index: { type: 'string' } } as const;
  const { values } = readFlags(USAGE, { options });
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ToolError('the CUDA and TensorRT providers are available only for Linux on x64');
  }
  const folder = runtimeFolder();
  const place = {
    packageFolder: join(folder, '../../../..'),
    runtimeFolder: folder,
    knownWheel: KNOWN_WHEEL,
  };
  const index = values.index ?? process.env['PIP_INDEX_URL'];
  const missing = await installProviders(place, { ...values, index }, (line) => console.log(line));
  if (missing.length > 0)
    console.log(`they depend on libraries that are missing: ${missing.join(', ')}`);
  // While a container image is built there is no driver: the host that runs the image provides it.
  if (missing.some((file) => !file.startsWith('libcuda.so'))) process.exitCode = 1;
  console.log();
  await printGpuTables();
}

await runTool(main);
