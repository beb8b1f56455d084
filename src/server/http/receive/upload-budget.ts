import { SpareBuffers } from '../../../decode/index.js';
import type { Config } from '../../config/config.js';
import { Problem } from '../../problem/problem.js';

/** Most photos on the web fit into this. */
const SPARE_BYTES = 128 * 1024;
/** A small budget has smaller buffers, so that one body does not use it up. */
const FEWEST_SPARE_BUFFERS = 64;

/** One request's part of the budget. */
export interface Upload {
  /** Buffers that most bodies fit. */
  readonly spare: SpareBuffers;
  readonly maxBodyBytes: number;
  /** @throws {Problem} body_too_large or queue_full if there is no room for a body of so many bytes */
  readonly expect: (bytes: number) => void;
  /** Counts bytes that have arrived. @throws {Problem} body_too_large */
  readonly take: (bytes: number) => void;
  /** Counts memory that holds them. @throws {Problem} queue_full */
  readonly hold: (bytes: number) => void;
  /** Nothing of the body is held any more. */
  readonly release: () => void;
}

/**
 * Bounds the bytes of a request body, and the memory that all bodies of this process take at once. Memory grows with what
 * arrives: a client that only announces a body takes nobody's place.
 */
export class UploadBudget {
  readonly #limits: Pick<Config['server'], 'maxBodyBytes' | 'maxUploadBytes'>;
  /** For bodies of other requests, once their images are decoded. */
  readonly spare: SpareBuffers;
  #heldBytes = 0;

  constructor(limits: Pick<Config['server'], 'maxBodyBytes' | 'maxUploadBytes'>) {
    this.#limits = limits;
    const mostBytes = Math.floor(limits.maxUploadBytes / FEWEST_SPARE_BUFFERS);
    this.spare = new SpareBuffers(Math.min(SPARE_BYTES, mostBytes));
  }

  open(): Upload {
    let arrivedBytes = 0;
    let heldBytes = 0;
    const checkBody = (bytes: number) => {
      if (bytes > this.#limits.maxBodyBytes) throw new Problem('body_too_large');
    };
    const checkHeld = (bytes: number) => {
      if (this.#heldBytes + bytes <= this.#limits.maxUploadBytes) return;
      throw new Problem('queue_full', { 'Retry-After': '1' });
    };
    const count = (bytes: number) => {
      heldBytes += bytes;
      this.#heldBytes += bytes;
    };
    return {
      spare: this.spare,
      maxBodyBytes: this.#limits.maxBodyBytes,
      expect: (bytes) => {
        checkBody(bytes);
        checkHeld(bytes);
      },
      take: (bytes) => {
        arrivedBytes += bytes;
        checkBody(arrivedBytes);
      },
      hold: (bytes) => {
        checkHeld(bytes);
        count(bytes);
      },
      release: () => count(-heldBytes),
    };
  }
}
