import type { Server } from 'node:http';
import { Acceptor } from './http/acceptor.js';
import {
  type FromSupervisor,
  SHARE_INTERVAL_MS,
  SOCKET_DESCRIPTOR,
} from './supervisor/process-messages.js';
import { tell } from './supervisor/supervisor-link.js';

/**
 * Accepts connections for `server` once the supervisor says so. If several processes share the socket, reports the
 * number of open connections to the supervisor.
 *
 * @param failed called with the system's error if the process cannot listen on the socket
 */
export function acceptWhenTold(
  server: Server,
  processes: number,
  failed: (error: NodeJS.ErrnoException) => void,
): Acceptor {
  const acceptor = new Acceptor(server, SOCKET_DESCRIPTOR, processes > 1);
  process.on('message', (message: FromSupervisor) => {
    if (message.kind === 'listen') acceptor.listen().catch(failed);
    if (message.kind === 'share') acceptor.share = message.connections;
  });
  if (processes > 1) {
    let told = 0;
    setInterval(() => {
      const { open } = acceptor;
      if (open === told) return;
      told = open;
      void tell({ kind: 'connections', open });
    }, SHARE_INTERVAL_MS);
  }
  return acceptor;
}
