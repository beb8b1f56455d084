/** Enough for the batches in flight. Without a limit, the buffers of a load peak would be kept forever. */
export const MAX_SPARE_BYTES = 32 * 1024 * 1024;

/** Keeps buffers of one size for reuse, so that later images need not allocate and clear new memory. */
export class SpareBuffers {
  readonly byteLength: number;
  readonly #spare: ArrayBuffer[] = [];

  constructor(byteLength: number) {
    this.byteLength = byteLength;
  }

  /** A buffer; its contents are undefined. */
  take(): ArrayBuffer {
    return this.#spare.pop() ?? new ArrayBuffer(this.byteLength);
  }

  /** Keeps a buffer that is no longer used, unless there are enough or its size differs. */
  give(buffer: ArrayBuffer): void {
    if (buffer.byteLength !== this.byteLength) return;
    if ((this.#spare.length + 1) * this.byteLength <= MAX_SPARE_BYTES) this.#spare.push(buffer);
  }
}
