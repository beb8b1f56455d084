import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Drainable {
  readonly server: Server;
  /** Refuses what comes from now on. */
  readonly refuseNew: () => void;
  /** Resolves when everything accepted is settled. */
  readonly settleAll: () => Promise<void>;
  readonly timeoutMs: number;
}

/**
 * Ends in order: accepts nothing new, settles everything accepted, lets every answer out.
 *
 * @returns false if that took longer than `timeoutMs`; then connections are cut
 */
export async function drain({
  server,
  refuseNew,
  settleAll,
  timeoutMs,
}: Drainable): Promise<boolean> {
  refuseNew();
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const finished = settleAll().then(() => closed);
  const done = await Promise.race([
    finished.then(() => true),
    sleep(timeoutMs, false, { ref: false }),
  ]);
  server.closeAllConnections();
  return done;
}
