import { NO_CONNECTIONS } from './process-messages.js';
import type { ServingProcess } from './serving-process.js';

type Holder = Pick<ServingProcess, 'isListening' | 'isReady' | 'connections'>;

/**
 * How many connections each listening process should hold: the mean over those that are ready. While any process is
 * ready, a process that is not ready, and would only refuse requests, should hold none.
 */
export function connectionShares<P extends Holder>(processes: readonly P[]): Map<P, number> {
  const listening = processes.filter(({ isListening }) => isListening);
  const ready = listening.filter(({ isReady }) => isReady);
  const holders = ready.length > 0 ? ready : listening;
  const sum = holders.reduce((total, { connections }) => total + connections, 0);
  return new Map(
    listening.map((one) => [one, holders.includes(one) ? sum / holders.length : NO_CONNECTIONS]),
  );
}
