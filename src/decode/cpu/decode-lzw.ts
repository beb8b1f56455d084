/** Codes have up to twelve bits. */
const MAX_CODES = 4096;
const MAX_CODE_BITS = 12;

/** Reads codes from data blocks, each of which has its length before it. */
class CodeReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #left = 0;
  #held = 0;
  #heldBits = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** The next code, or -1 at the end of the data. */
  read(bits: number): number {
    while (this.#heldBits < bits) {
      if (this.#left === 0) {
        this.#left = Number(this.#bytes[this.#at++] ?? 0);
        if (this.#left === 0) return -1;
      }
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) return -1;
      this.#left--;
      this.#held |= byte << this.#heldBits;
      this.#heldBits += 8;
    }
    const code = this.#held & ((1 << bits) - 1);
    this.#held >>= bits;
    this.#heldBits -= bits;
    return code;
  }
}

/**
 * Decodes the LZW data of a GIF (GIF89a, appendix F) into `indices`, one byte a pixel. What is more than those is not
 * decoded.
 *
 * @param codeBits of a literal: 1 to 8
 * @throws if the data ends before or is broken
 */
export function decodeLzw(
  bytes: Uint8Array,
  at: number,
  codeBits: number,
  indices: Uint8Array,
): void {
  const reader = new CodeReader(bytes, at);
  const clear = 1 << codeBits;
  const end = clear + 1;
  // Of each code: the code of all but its last index, that last and the first index, and how many there are.
  const prefixes = new Uint16Array(MAX_CODES);
  const lasts = new Uint8Array(MAX_CODES);
  const firsts = new Uint8Array(MAX_CODES);
  const lengths = new Uint16Array(MAX_CODES);
  for (let code = 0; code < clear; code++) {
    lasts[code] = code;
    firsts[code] = code;
    lengths[code] = 1;
  }
  let next = end + 1;
  let bits = codeBits + 1;
  let previous = -1;
  for (let done = 0; done < indices.length; ) {
    const code = reader.read(bits);
    if (code === -1 || code === end) throw new Error('the image data ends early');
    if (code === clear) {
      next = end + 1;
      bits = codeBits + 1;
      previous = -1;
      continue;
    }
    if (code > next || (previous === -1 && code > clear)) throw new Error('an unknown code');
    if (previous !== -1 && next < MAX_CODES) {
      prefixes[next] = previous;
      lasts[next] = Number(firsts[code === next ? previous : code]);
      firsts[next] = Number(firsts[previous]);
      lengths[next] = Number(lengths[previous]) + 1;
      next++;
      if (next === 1 << bits && bits < MAX_CODE_BITS) bits++;
    }
    const length = Number(lengths[code]);
    // From the last index to the first; those past the end are left out.
    let index = code;
    for (let to = done + length - 1; to >= done; to--) {
      if (to < indices.length) indices[to] = Number(lasts[index]);
      index = Number(prefixes[index]);
    }
    done += length;
    previous = code;
  }
}
