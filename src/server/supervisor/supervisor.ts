import { readGpuHost } from '../../native/index.js';
import type { Config } from '../config/config.js';
import { configFile, loadConfig, USAGE } from '../config/load-config.js';
import { StartError } from '../config/start-error.js';
import { ConfigReload } from './config-reload.js';
import { bindSocket } from './listening-socket.js';
import { planProcesses } from './plan-processes.js';
import { ServingProcesses } from './serving-processes.js';

// The program. It binds the socket, starts the serving processes, forwards signals and reloads the configuration.

async function supervise(argv: readonly string[], config: Config): Promise<void> {
  const isCpu = config.engine.provider === 'cpu';
  const { gpus, problem } = isCpu ? { gpus: [], problem: undefined } : await readGpuHost();
  if (problem !== undefined) console.error(`GPUs are not used: ${problem}`);
  const plans = planProcesses(config, gpus);
  const socket = await bindSocket(config.server.host, config.server.port);
  const { address: host, port } = socket;
  const bound = { ...config, server: { ...config.server, host, port } };
  const processes = new ServingProcesses(bound, plans, socket);
  const reload = new ConfigReload({
    file: configFile(argv),
    config,
    load: () => processes.checked(loadConfig(argv, process.env) as Config),
    apply: (changed) => processes.reconfigure(changed),
    say: (line) => console.error(line),
  });
  void processes.firstReady.then(() => reload.begin());
  process.on('SIGHUP', () => reload.reload());
  process.on('SIGTERM', () => processes.end('SIGTERM'));
  process.on('SIGINT', () => processes.end('SIGINT'));
}

// If stdout or stderr cannot be written to, for example because the disk is full, keep serving.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
try {
  // Without a handler, Node would open its inspector.
  process.on('SIGUSR1', () => {});
  const argv = process.argv.slice(2);
  const config = loadConfig(argv, process.env);
  if (config === 'help') console.log(USAGE);
  else await supervise(argv, config);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
