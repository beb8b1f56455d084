import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The folder of ONNX Runtime and its provider libraries: that of the npm package's binding. */
export function runtimeFolder(): string {
  const entry = require.resolve('onnxruntime-node');
  return join(dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch);
}

/** The version of ONNX Runtime, read without loading it. */
export function runtimeVersion(): string {
  return require('onnxruntime-node/package.json').version;
}
