/** How a model takes batches. */
export interface BatchFinding {
  /** The number of images that every run must have; undefined if any number is possible. */
  readonly size?: number;
  /** The reason why every run must have `size` images. */
  readonly why?: 'fixed' | 'dynamic in name only' | 'neighbours';
  /** The graph was made for one image, and was changed to take any number. */
  readonly isOpened: boolean;
  /** What a test with a batch showed, a part of a sentence. */
  readonly seen: string;
}
