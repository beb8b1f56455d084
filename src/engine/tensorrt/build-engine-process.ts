import { OrtCApi } from '../../native/ort-c-api.js';
import type { BuildJob } from './build-engine.js';

// A program: builds one engine, as its first argument says, and leaves it beside the graph. Creating the session is
// building it; nothing else of it is used.

const { path, options } = JSON.parse(process.argv[2] ?? '') as BuildJob;
try {
  new OrtCApi().createSession(path, options);
} catch (error) {
  process.send?.(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
process.disconnect?.();
