import type { Millis } from './clock.js';

/** A batch of `batchSize` takes a lane `ms`. */
export interface CurvePoint {
  readonly batchSize: number;
  readonly ms: Millis;
}

/** How long a batch of each size takes, from the few sizes that were measured. */
export class LatencyCurve {
  readonly points: readonly CurvePoint[];

  /** @param points by rising batch size; none means that nothing is known, and nothing takes time */
  constructor(points: readonly CurvePoint[]) {
    this.points = points;
  }

  /** Interpolates between the measured sizes; a size over the last one takes its share more. */
  msOf(batchSize: number): Millis {
    let below: CurvePoint | undefined;
    for (const point of this.points) {
      if (point.batchSize >= batchSize) {
        if (below === undefined) return point.ms;
        const share = (batchSize - below.batchSize) / (point.batchSize - below.batchSize);
        return below.ms + share * (point.ms - below.ms);
      }
      below = point;
    }
    return below === undefined ? 0 : (below.ms * batchSize) / below.batchSize;
  }
}
