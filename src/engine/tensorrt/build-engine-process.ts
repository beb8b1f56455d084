import { messageOf } from '../../message-of.js';
import { OrtCApi } from '../../native/index.js';
import type { BuildJob } from './build-engine.js';

// A program that builds one engine, as its first argument describes, and leaves it beside the graph. Creating the
// session builds the engine; the session has no other use.

const { path, options } = JSON.parse(process.argv[2] ?? '') as BuildJob;
try {
  new OrtCApi().createSession(path, options);
} catch (error) {
  process.send?.(messageOf(error));
  process.exitCode = 1;
}
process.disconnect?.();
