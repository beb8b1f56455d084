import type { Logger } from 'pino';
import type { BatcherObserver } from '../../batcher/index.js';
import type { Scores } from '../../engine/index.js';
import type { Lifecycle } from '../lifecycle.js';
import { errorMessages } from '../telemetry/error-messages.js';
import type { ModelMetrics } from '../telemetry/model-metrics.js';

export interface WatchLanesOptions {
  /** The model that they run. */
  readonly model: string;
  /** What the metrics call each lane. */
  readonly names: readonly string[];
  readonly metrics: ModelMetrics;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  /** A lane hangs: this process cannot get rid of it. */
  readonly hung: () => void;
}

/** Tells the log and the health checks what becomes of the lanes, and the metrics everything. */
export function watchLanes({
  model,
  names,
  metrics,
  lifecycle,
  logger,
  hung,
}: WatchLanesOptions): BatcherObserver<Scores> {
  const broken = new Set<number>();
  for (const name of names) metrics.laneServes(name, true);
  return {
    accepted: (count) => metrics.accepted(count),
    settled: (ended) => metrics.settled(ended),
    dispatched: (size, paddedSize, reason) => metrics.dispatched(size, paddedSize, reason),
    ran: (lane, ms, size) => metrics.ran(String(names[lane]), ms, size),
    laneChanged(lane, state, cause) {
      metrics.laneServes(String(names[lane]), state === 'serving');
      if (state === 'serving') broken.delete(lane);
      else broken.add(lane);
      lifecycle.setEngineAvailable(model, broken.size < names.length);
      if (state === 'serving') logger.info({ model, lane }, 'lane serves again');
      else logger.error({ model, lane, state, cause: errorMessages(cause) }, 'lane does not serve');
      if (state === 'hung') hung();
    },
  };
}
