import type { SpareBuffers } from '../../../decode/index.js';

/**
 * Bytes that arrive in pieces, in one buffer of its own, which may be transferred to a thread. A million pieces of
 * one byte take no more room than one piece of a million.
 */
export class GrowingBuffer {
  readonly #spare: SpareBuffers;
  #buffer = Buffer.alloc(0);
  #length = 0;

  /** @param spare of the size that most bodies fit in */
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

  /** What has arrived. Append no more after this. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}
