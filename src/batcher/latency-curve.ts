import type { Millis } from './clock.js';

/** A batch of `batchSize` takes `ms` on a lane. */
export interface CurvePoint {
  readonly batchSize: number;
  readonly ms: Millis;
}

/** How long a batch of each size takes, derived from the few sizes that were measured. */
export class LatencyCurve {
  readonly points: readonly CurvePoint[];

  /** @param points in ascending order of batch size; without any, every batch takes no time */
  constructor(points: readonly CurvePoint[]) {
    this.points = points;
  }

  /** Interpolates between the measured sizes; above the largest one, the time grows in proportion to the size. */
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
