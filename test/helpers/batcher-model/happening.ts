import type { BatchLimits, Millis } from '../../../src/batcher/index.js';

/** What a lane does with an item: runs it, fails on every batch that contains it, or answers an Error for it alone. */
export type Nature = 'well' | 'poisoned' | 'erroneous';

/** Something that happens to a batcher. A number picks an item among the possible ones, or a lane, and wraps around. */
export type Happening =
  /** `submit`: the items are accepted and enqueued at once. */
  | {
      readonly kind: 'accept' | 'submit';
      readonly natures: readonly Nature[];
      readonly timeoutMs: Millis;
    }
  | { readonly kind: 'enqueue' | 'cancel'; readonly item: number }
  | { readonly kind: 'advance'; readonly ms: Millis }
  /** Time passes, and every lane that answers does so in the meantime. */
  | { readonly kind: 'serve'; readonly ms: Millis }
  /** `finish`: the run ends as determined by its items and its lane. `fail`: it fails this one time. */
  | { readonly kind: 'finish' | 'fail'; readonly lane: number }
  /** `break`: every run of the lane fails until `mend`. `hang`: its run never ends, or ends very late. */
  | { readonly kind: 'break' | 'mend' | 'hang'; readonly lane: number }
  | { readonly kind: 'reconfigure'; readonly limits: BatchLimits }
  | { readonly kind: 'drain' }
  /** The clock misbehaves: `now` jumps forward or back, or stops. */
  | { readonly kind: 'jump'; readonly ms: Millis }
  | { readonly kind: 'stop' };
