import type { Upload } from './upload-budget.js';

/**
 * A body of at least this size that fits into a spare buffer gets one. A shorter one may be all that a client sends.
 */
const SPARE_FROM_BYTES = 4096;
/**
 * If a body's length is announced, its buffer grows to this multiple of what has arrived, but not beyond the length.
 */
const ANNOUNCED_FACTOR = 8;
const UNANNOUNCED_FACTOR = 2;

/**
 * Collects bytes that arrive in pieces, in one buffer of its own that can be transferred to a thread. Its capacity
 * counts in the upload budget and grows with the received bytes, so a client that sends little uses little memory,
 * whatever length it announces.
 */
export class GrowingBuffer {
  readonly #upload: Pick<Upload, 'spare' | 'hold' | 'maxBodyBytes'>;
  readonly #announcedBytes: number;
  #buffer = Buffer.alloc(0);
  #length = 0;

  /** @param announcedBytes the length of the body, if the client announced it */
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
    const { spare } = this.#upload;
    this.#upload.hold(capacity - full.length);
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

  /** Releases the buffer of a body that will not be used. */
  discard(): void {
    this.#upload.spare.give(this.#buffer.buffer as ArrayBuffer);
    this.#buffer = Buffer.alloc(0);
    this.#length = 0;
  }
}
