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

/** For the last answers to leave, and for uploads that nobody has accepted to end by themselves. */
const LINGER_MS = 1000;

/**
 * Ends in order: refuses what is new but goes on listening, so that nobody waits for an answer in vain; settles
 * everything accepted; lets the answers out; then closes.
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
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  await Promise.race([closed, sleep(LINGER_MS, undefined, { ref: false })]);
  server.closeAllConnections();
  return settled;
}
