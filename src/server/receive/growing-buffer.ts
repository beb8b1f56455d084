const FIRST_BYTES = 64 * 1024;

/**
 * Bytes that arrive in pieces, in one buffer of its own, which may be transferred to a thread. A million pieces of
 * one byte take no more room than one piece of a million.
 */
export class GrowingBuffer {
  #buffer = Buffer.alloc(0);
  #length = 0;

  append(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, length, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    piece.copy(this.#buffer, this.#length);
    this.#length = length;
  }

  /** What has arrived. Append no more after this. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}
