import { SpareBuffers } from '../../../decode/index.js';
import type { Config } from '../../config/config.js';
import { Problem } from '../../problem/problem.js';

/** Most photos on the web fit into this. */
const SPARE_BYTES = 128 * 1024;

/** One request's part of the budget. */
export interface Upload {
  /** Buffers for its bytes. */
  readonly spare: SpareBuffers;
  /** @throws {Problem} body_too_large or queue_full if `bytes` more bytes do not fit */
  readonly expect: (bytes: number) => void;
  /** Counts bytes that have arrived. @throws as expect */
  readonly take: (bytes: number) => void;
  /** Called once no bytes of the body are in memory any more. */
  readonly release: () => void;
}

/**
 * Limits the bytes of one request body, and of all bodies that this process has in memory. Bytes count when they
 * arrive; a body that a client has only announced takes no room from others.
 */
export class UploadBudget {
  readonly #limits: Pick<Config['server'], 'maxBodyBytes' | 'maxUploadBytes'>;
  /** Buffers for later bodies, taken back once their images are decoded. */
  readonly spare = new SpareBuffers(SPARE_BYTES);
  #heldBytes = 0;

  constructor(limits: Pick<Config['server'], 'maxBodyBytes' | 'maxUploadBytes'>) {
    this.#limits = limits;
  }

  open(): Upload {
    let taken = 0;
    const expect = (bytes: number) => {
      const { maxBodyBytes, maxUploadBytes } = this.#limits;
      if (taken + bytes > maxBodyBytes) throw new Problem('body_too_large');
      if (this.#heldBytes + bytes > maxUploadBytes) {
        throw new Problem('queue_full', { 'Retry-After': '1' });
      }
    };
    const count = (bytes: number) => {
      taken += bytes;
      this.#heldBytes += bytes;
    };
    return {
      spare: this.spare,
      expect,
      take: (bytes) => {
        expect(bytes);
        count(bytes);
      },
      release: () => count(-taken),
    };
  }
}
