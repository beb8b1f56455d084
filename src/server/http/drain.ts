import type { Server, ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { LINGER_MS } from '../supervisor/process-messages.js';
import type { Traffic } from './traffic.js';

export interface DrainOptions {
  readonly server: Pick<Server, 'closeIdleConnections'>;
  readonly traffic: Traffic;
  /** Accepts all connections that are waiting, and all that follow. */
  readonly acceptAll: () => void;
  /** Refuses requests from now on, except those that have arrived. */
  readonly refuseNew: (arrived: readonly ServerResponse[]) => void;
  /** Resolves when all accepted items are settled. */
  readonly settleAll: () => Promise<unknown>;
  /** Stops accepting connections once none is waiting. */
  readonly stopAccepting: () => Promise<void>;
  readonly timeoutMs: number;
}

/** If no connection and no request arrives for this long, no more clients are expected. */
const QUIET_MS = 250;
const CHECK_INTERVAL_MS = 10;
/** How often the drain looks, at most, whether anything has arrived before it. */
const MAX_LOOKS = 50;

/**
 * Shuts down in order: reads what clients have sent so far, refuses new requests, waits for uploads and accepted items
 * to end, and sends the last answers. Connections are accepted until the end, because the kernel resets those that no
 * process has accepted.
 *
 * @returns false if settling took longer than `timeoutMs`
 */
export async function drain(options: DrainOptions): Promise<boolean> {
  const { server, traffic, acceptAll, refuseNew, settleAll, stopAccepting, timeoutMs } = options;
  const endMs = performance.now() + timeoutMs;
  const leftMs = () => Math.max(0, endMs - performance.now());
  acceptAll();
  await readArrived(traffic);
  const arrived = traffic.unanswered();
  refuseNew(arrived);
  await until(
    () => arrived.every(({ writableEnded, closed }) => writableEnded || closed),
    leftMs(),
  );
  traffic.refuseUploads();
  const isSettled = await Promise.race([
    settleAll().then(() => true),
    sleep(leftMs(), false, { ref: false }),
  ]);
  const isQuiet = () => performance.now() - traffic.lastArrivalMs > QUIET_MS;
  await until(() => traffic.connections === 0 || isQuiet(), LINGER_MS);
  await stopAccepting();
  const lingerEndMs = performance.now() + LINGER_MS;
  await until(
    () => {
      server.closeIdleConnections();
      const isLingering = traffic.unanswered().length > 0 || performance.now() < lingerEndMs;
      return traffic.connections === 0 || !isLingering;
    },
    Math.max(LINGER_MS, leftMs()),
  );
  return isSettled;
}

/** Waits for a turn of the event loop that brings no connection and no request. Clients may not let this happen. */
async function readArrived(traffic: Traffic): Promise<void> {
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const before = traffic.lastArrivalMs;
    // What was ready when this turn began is read in the next one.
    await nextTurn();
    await nextTurn();
    if (traffic.lastArrivalMs === before) return;
  }
}

async function until(isSo: () => boolean, timeoutMs: number): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!isSo() && performance.now() < endMs) await sleep(CHECK_INTERVAL_MS);
}
