import type { ServingProcess } from './serving-process.js';

type Counted = Pick<ServingProcess, 'isReady' | 'isWarm' | 'isListening'>;

/**
 * How many processes are ready. None counts while one that was never warm listens: the service would say that it is
 * ready, and that process would refuse some of the next requests.
 */
export function countReady(processes: readonly Counted[]): number {
  const isCold = ({ isReady, isWarm }: Counted) => !isReady && !isWarm;
  if (processes.some((one) => one.isListening && isCold(one))) return 0;
  return processes.filter(({ isReady }) => isReady).length;
}
