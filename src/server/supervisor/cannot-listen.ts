import type { Config } from '../config/config.js';
import { StartError } from '../config/start-error.js';

/** @param code the system's error code, such as EADDRINUSE */
export function cannotListen(
  { host, port }: Pick<Config['server'], 'host' | 'port'>,
  code: string,
): StartError {
  const why = code === 'EADDRINUSE' ? 'the port is in use' : code;
  return new StartError(`cannot listen on ${host}:${port} (server.host, server.port): ${why}`);
}
