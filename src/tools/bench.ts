import { existsSync } from 'node:fs';
import { readFlags } from './read-flags.js';
import { runTool } from './run-tool.js';
import { ToolError } from './tool-error.js';

// batch-dispatch bench: runs bench/http.ts. The package leaves it out: with its load generator, plots and images it would
// be several times as large, and its figures belong to a revision of the source.

const PROGRAM = new URL('../../bench/http.js', import.meta.url);
const USAGE = `Usage: batch-dispatch bench [flags]

Measures over HTTP what batching gains. Runs in a clone of the source only: npm ci && npm run bench -- --help
`;

if (existsSync(PROGRAM)) await import(PROGRAM.href);
else {
  await runTool(async () => {
    readFlags(USAGE, { strict: false, allowPositionals: true });
    throw new ToolError(
      'bench and its load generator are not in the package. In a clone of the source, run: npm ci && npm run bench',
    );
  });
}
