import type { Upload } from './upload-budget.js';

/** From here on a body that fits a spare buffer gets one. A client that sends less may send nothing more. */
const SPARE_FROM_BYTES = 4096;
/** A body that announces its length gets room for so many times what has arrived, but for no more than the length. */
const ANNOUNCED_FACTOR = 8;
const UNANNOUNCED_FACTOR = 2;

/**
 * Bytes that arrive in pieces, in one buffer of its own, which may be transferred to a thread. Its capacity counts in the
 * upload budget and grows with what has arrived, so that a client that sends little holds little, whatever it announces.
 */
export class GrowingBuffer {
  readonly #upload: Pick<Upload, 'spare' | 'hold' | 'maxBodyBytes'>;
  readonly #announcedBytes: number;
  #buffer = Buffer.alloc(0);
  #length = 0;

  /** @param announcedBytes how long the body will be, if its client says so */
  constructor(upload: Pick<Upload, 'spare' | 'hold' | 'maxBodyBytes'>, announcedBytes?: number) {
    this.#upload = upload;
    this.#announcedBytes = announcedBytes ?? Number.POSITIVE_INFINITY;
  }

  /** @throws {Problem} queue_full if the upload budget has no room for a larger buffer */
  append(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#buffer.length) this.#grow(length);
    piece.copy(this.#buffer, this.#length);
    this.#length = length;
  }

  #grow(length: number): void {
    const full = this.#buffer;
    const capacity = this.#capacityFor(length);
    const { spare, hold } = this.#upload;
    hold(capacity - full.length);
    this.#buffer =
      capacity === spare.byteLength ? Buffer.from(spare.take()) : Buffer.allocUnsafeSlow(capacity);
    full.copy(this.#buffer, 0, 0, this.#length);
    spare.give(full.buffer as ArrayBuffer);
  }

  #capacityFor(length: number): number {
    const isAnnounced = Number.isFinite(this.#announcedBytes);
    const wanted = isAnnounced
      ? Math.min(this.#announcedBytes, length * ANNOUNCED_FACTOR)
      : length * (this.#length === 0 ? 1 : UNANNOUNCED_FACTOR);
    const { maxBodyBytes, spare } = this.#upload;
    const capacity = Math.max(length, Math.min(wanted, maxBodyBytes));
    const { byteLength } = spare;
    return length >= SPARE_FROM_BYTES && capacity <= byteLength ? byteLength : capacity;
  }

  /** All bytes that have arrived. Append nothing after this call. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Lets go of the buffer of a body that nobody will use. */
  discard(): void {
    this.#upload.spare.give(this.#buffer.buffer as ArrayBuffer);
    this.#buffer = Buffer.alloc(0);
    this.#length = 0;
  }
}
