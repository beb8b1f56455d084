/** Room for the batches in flight; more is left of a peak and would be held for ever. */
export const MAX_SPARE_BYTES = 32 * 1024 * 1024;

/** Keeps pixel buffers of one size for later images, so that no image has to clear new memory. */
export class SparePixels {
  readonly #imageBytes: number;
  readonly #spare: Uint8Array[] = [];

  constructor(imageBytes: number) {
    this.#imageBytes = imageBytes;
  }

  /** A buffer whose contents are whatever they were. */
  take(): Uint8Array {
    return this.#spare.pop() ?? new Uint8Array(this.#imageBytes);
  }

  /** Keeps a buffer for a later image, unless there are enough. */
  give(pixels: Uint8Array): void {
    if ((this.#spare.length + 1) * this.#imageBytes <= MAX_SPARE_BYTES) this.#spare.push(pixels);
  }
}
