import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface Drainable {
  readonly server: Server;
  /** Refuses new requests from now on. */
  readonly refuseNew: () => void;
  /** Resolves when all accepted items are settled. */
  readonly settleAll: () => Promise<unknown>;
  readonly timeoutMs: number;
}

/** Time for the last answers to be sent, and for uploads that were not accepted to end. */
export const LINGER_MS = 1000;
const LOOK_AGAIN_MS = 10;

/**
 * Shuts down in order: refuses new requests, settles all accepted items, and lets the answers be sent. The process
 * keeps listening until it exits, because a connection that arrives while a cluster worker closes its listener would
 * hang.
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
