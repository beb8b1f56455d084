/** Bytes of a file from `start` up to, not including, `end`; or bytes that stand in their place. */
export type FilePart = { readonly start: number; readonly end: number } | Uint8Array;

/**
 * Gathers what decoders get of a file. What a decoder does not need and could read in another way than the header walk
 * is left out, so that no decoder sees it.
 */
export class FileParts {
  readonly #parts: FilePart[] = [];
  /** Where the bytes begin that are not decided on. */
  #from = 0;

  /** Whether nothing has been left out or replaced so far. */
  get isWhole(): boolean {
    return this.#from === 0;
  }

  /** Puts `bytes` in the place of those from `start` to `end`; none leave them out. Calls go from front to back. */
  replace(start: number, end: number, bytes?: Uint8Array): void {
    if (start > this.#from) this.#parts.push({ start: this.#from, end: start });
    if (bytes) this.#parts.push(bytes);
    this.#from = end;
  }

  /**
   * The parts of a file that ends at `end`, and `tail` after it.
   *
   * @returns undefined if decoders get the file as it is
   */
  finish(end: number, tail?: Uint8Array): readonly FilePart[] | undefined {
    if (this.#parts.length === 0 && this.#from === 0 && !tail) return undefined;
    this.replace(end, end, tail);
    return this.#parts;
  }
}

/** The file that decoders get: `bytes` themselves, or what is kept of them. */
export function joinParts(bytes: Buffer, parts: readonly FilePart[] | undefined): Buffer {
  if (!parts) return bytes;
  return Buffer.concat(
    parts.map((part) => (part instanceof Uint8Array ? part : bytes.subarray(part.start, part.end))),
  );
}
