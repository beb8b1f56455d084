import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFlags } from './read-flags.js';
import { runTool } from './run-tool.js';
import { ToolError } from './tool-error.js';

// batch-dispatch bench: runs bench/http.ts, in the root of a clone. The package leaves it out: with its load generator, plots
// and images it would be several times as large, and its figures belong to a revision of the source.

const PROGRAM = new URL('../../bench/http.js', import.meta.url);
const ROOT = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
const USAGE = `Usage: batch-dispatch bench [flags]

Measures over HTTP what batching gains. It runs only in the root of a clone of the source: npm ci && npm run bench
`;

if (process.cwd() === ROOT && existsSync(PROGRAM)) await import(PROGRAM.href);
else {
  await runTool(async () => {
    readFlags(USAGE, { strict: false, allowPositionals: true });
    throw new ToolError(
      'bench runs only in the root of a clone of the source, because the package has neither its load generator nor its images: npm ci && npm run bench',
    );
  });
}
