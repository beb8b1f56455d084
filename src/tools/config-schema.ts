import { z } from 'zod';
import { configSchema } from '../server/config/config.js';
import { readFlags } from './read-flags.js';
import { runTool } from './run-tool.js';

// batch-dispatch config schema: prints the JSON Schema of the configuration, for editors.

const USAGE = `Usage: batch-dispatch config schema > batch-dispatch.schema.json
`;

await runTool(async () => {
  readFlags(USAGE, {});
  console.log(JSON.stringify(z.toJSONSchema(configSchema, { io: 'input' }), null, 2));
});
