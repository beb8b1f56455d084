import { printGpuTables } from './print-gpu-tables.js';
import { readFlags } from './read-flags.js';
import { runTool } from './run-tool.js';

// npm run gpu:check: shows what is installed on this host, and which providers run.

const USAGE = `Usage: npm run gpu:check

Lists the driver, the GPUs and the libraries that this host has, with what to install for those that are missing, and runs
the demo model with each provider.
`;

await runTool(async () => {
  readFlags(USAGE, {});
  await printGpuTables();
});
