import { SpareBuffers } from '../../../decode/index.js';
import type { Config } from '../../config/config.js';
import { Problem } from '../../problem/problem.js';

/** Most photos on the web fit into this. */
const SPARE_BYTES = 128 * 1024;
/** A small budget is divided into at least this many buffers, so that one body cannot use it up. */
const FEWEST_SPARE_BUFFERS = 64;

/** One request's part of the budget. */
export interface Upload {
  /** Buffers of a size into which most bodies fit. */
  readonly spare: SpareBuffers;
  readonly maxBodyBytes: number;
  /** @throws {Problem} body_too_large or queue_full if a body of `bytes` bytes does not fit */
  readonly expect: (bytes: number) => void;
  /** Counts bytes that have arrived. @throws {Problem} body_too_large */
  readonly take: (bytes: number) => void;
  /** Counts memory that holds them. @throws {Problem} queue_full */
  readonly hold: (bytes: number) => void;
  /** Called once no bytes of the body are in memory any more. */
  readonly release: () => void;
}

/**
 * Limits the bytes of one request body, and the memory that all bodies of this process use. Memory grows with the
 * received bytes, so a body that a client has only announced takes no room from others.
 */
export class UploadBudget {
  readonly #limits: Pick<Config['server'], 'maxBodyBytes' | 'maxUploadBytes'>;
  /** Buffers for later bodies, taken back once their images are decoded. */
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
