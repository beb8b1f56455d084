import type { BatchLimits, Millis } from '../../../src/batcher/index.js';

/** What a lane does with an item: runs it, fails on every batch that holds it, or answers an Error for it alone. */
export type Nature = 'well' | 'poisoned' | 'erroneous';

/** Something that happens to a batcher. Numbers that pick an item, of those it can happen to, or a lane wrap around. */
export type Happening =
  /** `submit`: accepted and enqueued at once. */
  | {
      readonly kind: 'accept' | 'submit';
      readonly natures: readonly Nature[];
      readonly timeoutMs: Millis;
    }
  | { readonly kind: 'enqueue' | 'cancel'; readonly item: number }
  | { readonly kind: 'advance'; readonly ms: Millis }
  /** Time passes, and every lane that answers does so meanwhile. */
  | { readonly kind: 'serve'; readonly ms: Millis }
  /** `finish`: the run ends as its items and its lane would have it. `fail`: it fails this once. */
  | { readonly kind: 'finish' | 'fail'; readonly lane: number }
  /** `break`: every run of the lane fails until `mend`. `hang`: its run never ends, or very late. */
  | { readonly kind: 'break' | 'mend' | 'hang'; readonly lane: number }
  | { readonly kind: 'reconfigure'; readonly limits: BatchLimits }
  | { readonly kind: 'drain' }
  /** The clock misbehaves: `now` jumps, on or back, or stands still from then on. */
  | { readonly kind: 'jump'; readonly ms: Millis }
  | { readonly kind: 'stop' };
