import { UndecodableImageError } from './image-errors.js';

/** A box of an ISO base media file (ISO/IEC 14496-12). */
export interface Box {
  readonly type: string;
  readonly data: Buffer;
}

/** Far more than any encoder writes into one box. */
const MAX_BOXES = 4000;

/**
 * The boxes that fill `data`.
 *
 * @throws {UndecodableImageError}
 */
export function* boxesOf(data: Buffer): Generator<Box> {
  let count = 0;
  for (let at = 0; at + 8 <= data.length; ) {
    if (++count > MAX_BOXES) throw new UndecodableImageError('too many boxes');
    const short = data.readUInt32BE(at);
    const isLong = short === 1;
    if (isLong && at + 16 > data.length) throw new UndecodableImageError('a box that is cut off');
    const start = at + (isLong ? 16 : 8);
    // A size of 0 means up to the end.
    const size = isLong ? Number(data.readBigUInt64BE(at + 8)) : short || data.length - at;
    if (size < start - at || at + size > data.length) {
      throw new UndecodableImageError('a box that is cut off');
    }
    yield {
      type: data.toString('latin1', at + 4, at + 8),
      data: data.subarray(start, at + size),
    };
    at += size;
  }
}

/** Reads the fields of a box one after the other, as unsigned integers of 0 to 6 bytes, or 8. */
export class FieldReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  /** Version and flags, with which full boxes begin. */
  versionAndFlags(): { readonly version: number; readonly flags: number } {
    return { version: this.uint(1), flags: this.uint(3) };
  }

  uint(bytes: number): number {
    if (bytes === 8) return this.uint(4) * 2 ** 32 + this.uint(4);
    const at = this.#at;
    if (bytes > 6 || at + bytes > this.#data.length) {
      throw new UndecodableImageError('a field that is cut off');
    }
    this.#at += bytes;
    return bytes === 0 ? 0 : this.#data.readUIntBE(at, bytes);
  }

  text(bytes: number): string {
    const at = this.#at;
    this.#at += bytes;
    return this.#data.toString('latin1', at, at + bytes);
  }
}
