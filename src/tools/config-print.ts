import { loadConfig, USAGE } from '../server/config/load-config.js';
import { StartError } from '../server/config/start-error.js';
import { runTool } from './run-tool.js';

// batch-dispatch config print: prints the configuration that the server would use, with the same flags and environment.

await runTool(async () => {
  const config = loadConfig(process.argv.slice(2), process.env);
  console.log(
    config === 'help'
      ? USAGE.replace('npm start --', 'batch-dispatch config print')
      : JSON.stringify(config, null, 2),
  );
}, [StartError]);
