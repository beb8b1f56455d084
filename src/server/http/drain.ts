import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { LINGER_MS } from '../supervisor/process-messages.js';
import type { Traffic } from './traffic.js';

export interface DrainOptions {
  readonly server: Pick<Server, 'closeIdleConnections'>;
  readonly traffic: Traffic;
  /** Refuses new requests from now on. */
  readonly refuseNew: () => void;
  /** Resolves when all accepted items are settled. */
  readonly settleAll: () => Promise<unknown>;
  /** Stops accepting connections once none is waiting. */
  readonly stopAccepting: () => Promise<void>;
  readonly timeoutMs: number;
}

/** If no connection and no request arrives for this long, no more clients are expected. */
const QUIET_MS = 250;
const CHECK_INTERVAL_MS = 10;

/**
 * Shuts down in order: refuses new requests, waits for uploads and accepted items to end, and sends the last answers.
 * Connections are accepted until the end, because the kernel resets those that no process has accepted.
 *
 * @returns false if settling took longer than `timeoutMs`
 */
export async function drain(options: DrainOptions): Promise<boolean> {
  const { server, traffic, refuseNew, settleAll, stopAccepting, timeoutMs } = options;
  const endMs = performance.now() + timeoutMs;
  const leftMs = () => Math.max(0, endMs - performance.now());
  const open = traffic.unanswered();
  refuseNew();
  await until(() => open.every(({ writableEnded, closed }) => writableEnded || closed), leftMs());
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

async function until(isSo: () => boolean, timeoutMs: number): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!isSo() && performance.now() < endMs) await sleep(CHECK_INTERVAL_MS);
}
