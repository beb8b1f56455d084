import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where ONNX Runtime and its provider libraries lie: beside the binding of the npm package. */
export function runtimeFolder(): string {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  return join(dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch);
}
