import type {
  BatcherObserver,
  DispatchReason,
  LaneState,
  Settlement,
} from '../../../src/batcher/index.js';

/** A batch as reported to the observer. */
export interface Told {
  readonly size: number;
  readonly paddedSize: number;
  readonly reason: DispatchReason;
}

/** Everything that an observer of a batcher can know. */
export class Books implements BatcherObserver<number> {
  acceptedCount = 0;
  settledCount = 0;
  /** Number of settled items by how they ended. */
  readonly byEnd = new Map<string, number>();
  /** The last batch that was dispatched. */
  lastBatch: Told | undefined;
  /** Notified of state changes of lanes. */
  lanes: readonly { becomes(state: LaneState): void }[] = [];

  accepted(count: number): void {
    this.acceptedCount += count;
  }

  settled(ended: Settlement<number> | Error): void {
    this.settledCount++;
    count(this.byEnd, endOf(ended));
  }

  dispatched(size: number, paddedSize: number, reason: DispatchReason): void {
    this.lastBatch = { size, paddedSize, reason };
  }

  ran(): void {}

  laneChanged(lane: number, state: LaneState): void {
    this.lanes[lane]?.becomes(state);
  }
}

/** `ok`, or the name of the error. */
export function endOf(ended: Settlement<number> | Error): string {
  return ended instanceof Error ? ended.constructor.name : 'ok';
}

export function count(into: Map<string, number>, end: string): void {
  into.set(end, (into.get(end) ?? 0) + 1);
}
