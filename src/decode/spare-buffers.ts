/** Room for the batches in flight; more is left of a peak and would be held for ever. */
export const MAX_SPARE_BYTES = 32 * 1024 * 1024;

/** Keeps buffers of one size for later images, so that no image has to clear new memory. */
export class SpareBuffers {
  readonly byteLength: number;
  readonly #spare: ArrayBuffer[] = [];

  constructor(byteLength: number) {
    this.byteLength = byteLength;
  }

  /** A buffer whose contents are whatever they were. */
  take(): ArrayBuffer {
    return this.#spare.pop() ?? new ArrayBuffer(this.byteLength);
  }

  /** Keeps a buffer that nobody uses any more, unless there are enough, or it has another size. */
  give(buffer: ArrayBuffer): void {
    if (buffer.byteLength !== this.byteLength) return;
    if ((this.#spare.length + 1) * this.byteLength <= MAX_SPARE_BYTES) this.#spare.push(buffer);
  }
}
