import type { SpareBuffers } from '../../../decode/index.js';

/**
 * Collects bytes that arrive in pieces, in one buffer of its own that can be transferred to a thread. A million
 * pieces of one byte need no more memory than one piece of a million bytes.
 */
export class GrowingBuffer {
  readonly #spare: SpareBuffers;
  #buffer = Buffer.alloc(0);
  #length = 0;

  /** @param spare buffers of a size into which most bodies fit */
  constructor(spare: SpareBuffers) {
    this.#spare = spare;
  }

  append(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#buffer.length) this.#grow(length);
    piece.copy(this.#buffer, this.#length);
    this.#length = length;
  }

  #grow(length: number): void {
    const full = this.#buffer;
    this.#buffer =
      length <= this.#spare.byteLength
        ? Buffer.from(this.#spare.take())
        : Buffer.allocUnsafeSlow(Math.max(length, full.length * 2));
    full.copy(this.#buffer, 0, 0, this.#length);
    this.#spare.give(full.buffer as ArrayBuffer);
  }

  /** All bytes that have arrived. Append nothing after this call. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}
