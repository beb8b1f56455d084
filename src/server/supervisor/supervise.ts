import { readGpuHost } from '../../native/index.js';
import type { Config } from '../config/config.js';
import { fitConnections } from '../config/check-open-files.js';
import { configFile, loadConfig, USAGE } from '../config/load-config.js';
import { ConfigReload } from './config-reload.js';
import { bindSocket } from './listening-socket.js';
import { planProcesses } from './plan-processes.js';
import { ServingProcesses } from './serving-processes.js';

/**
 * Binds the socket, starts the serving processes, forwards signals and reloads the configuration.
 *
 * @param openFiles how many files a process may have open; undefined if that is not known
 * @throws {StartError}
 */
export async function supervise(
  argv: readonly string[],
  openFiles: number | undefined,
): Promise<void> {
  const config = loadConfig(argv, process.env);
  if (config === 'help') console.log(USAGE);
  else await start(argv, config, openFiles);
}

async function start(
  argv: readonly string[],
  config: Config,
  openFiles: number | undefined,
): Promise<void> {
  const wanted = config.server.maxConnections;
  const maxConnections = fitConnections(wanted, openFiles);
  if (maxConnections < wanted) {
    console.error(
      `server.maxConnections: ${maxConnections} instead of ${wanted}, because of the limit on open files (ulimit -n)`,
    );
  }
  const isCpu = config.engine.provider === 'cpu';
  const { gpus, problem } = isCpu ? { gpus: [], problem: undefined } : await readGpuHost();
  if (problem !== undefined) console.error(`GPUs are not used: ${problem}`);
  const plans = planProcesses(config, gpus);
  const socket = await bindSocket(config.server.host, config.server.port);
  const { address: host, port } = socket;
  const bound = { ...config, server: { ...config.server, host, port, maxConnections } };
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
