import type { Logger } from 'pino';
import type { Clock, Millis } from '../../batcher/index.js';
import type { Metrics } from './metrics.js';

/** A flood of connections must not be a flood of lines. */
const LINE_INTERVAL_MS: Millis = 10_000;

/** Returns what counts the connections that are closed to make room, and logs from time to time how many there were. */
export function closedConnections(
  metrics: Metrics,
  logger: Logger,
  clock: Clock,
): (reason: 'idle' | 'full') => void {
  let nextLineMs = Number.NEGATIVE_INFINITY;
  const counts = { idle: 0, full: 0 };
  return (reason) => {
    metrics.connectionsClosed.inc({ reason });
    counts[reason]++;
    if (clock.now() < nextLineMs) return;
    logger.warn({ ...counts }, 'connections closed because there are more than maxConnections');
    nextLineMs = clock.now() + LINE_INTERVAL_MS;
    counts.idle = 0;
    counts.full = 0;
  };
}
