import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface Drainable {
  readonly server: Server;
  /** Refuses what comes from now on. */
  readonly refuseNew: () => void;
  /** Resolves when everything accepted is settled. */
  readonly settleAll: () => Promise<unknown>;
  readonly timeoutMs: number;
}

/** For the last answers to leave, and for uploads that nobody has accepted to end by themselves. */
export const LINGER_MS = 1000;
const LOOK_AGAIN_MS = 10;

/**
 * Ends in order: refuses what is new, settles everything accepted, lets the answers out. Goes on listening until the
 * process ends: a connection that arrives while a cluster worker closes its listener would hang.
 *
 * @returns false if settling took longer than `timeoutMs`
 */
export async function drain(parts: Drainable): Promise<boolean> {
  const { server, refuseNew, settleAll, timeoutMs } = parts;
  refuseNew();
  const settled = await Promise.race([
    settleAll().then(() => true),
    sleep(timeoutMs, false, { ref: false }),
  ]);
  const connections = promisify(server.getConnections.bind(server));
  for (let lingeredMs = 0; lingeredMs < LINGER_MS; lingeredMs += LOOK_AGAIN_MS) {
    server.closeIdleConnections();
    if ((await connections()) === 0) break;
    await sleep(LOOK_AGAIN_MS);
  }
  return settled;
}
