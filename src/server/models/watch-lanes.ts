import type { Logger } from 'pino';
import type { BatcherObserver } from '../../batcher/index.js';
import type { Scores } from '../../engine/index.js';
import type { Lifecycle } from '../lifecycle.js';
import { errorMessages } from '../telemetry/error-messages.js';
import type { ModelMetrics } from '../telemetry/model-metrics.js';

export interface WatchLanesOptions {
  /** The name of the model that the lanes run. */
  readonly model: string;
  /** The name of each lane in the metrics. */
  readonly names: readonly string[];
  readonly metrics: ModelMetrics;
  readonly lifecycle: Pick<Lifecycle, 'setEngineAvailable'>;
  readonly logger: Logger;
  /** Called when a lane hangs or has ended, so that only another process can run it again. */
  readonly hung: () => void;
}

/** Reports the state of the lanes to the log and the health checks, and all events to the metrics. */
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
      if (state === 'serving') logger.info({ model, lane }, 'lane is back in service');
      else
        logger.error({ model, lane, state, cause: errorMessages(cause) }, 'lane is out of service');
      if (state === 'hung' || state === 'ended') hung();
    },
  };
}
