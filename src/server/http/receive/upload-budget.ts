import { SpareBuffers } from '../../../decode/index.js';
import type { Config } from '../../config/config.js';
import { Problem } from '../../problem/problem.js';

/** Most photos for the web fit. */
const SPARE_BYTES = 128 * 1024;

/** The share of one request. */
export interface Upload {
  /** Where its bytes go. */
  readonly spare: SpareBuffers;
  /** @throws {Problem} body_too_large or queue_full if there is no room for so many bytes more */
  readonly expect: (bytes: number) => void;
  /** Counts bytes that have arrived. @throws as expect */
  readonly take: (bytes: number) => void;
  /** Nothing of the body is held any more. */
  readonly release: () => void;
}

/**
 * Bounds the bytes of a request body, and of all those that this process holds at once. They count as they arrive:
 * what a client only announces takes nobody's place.
 */
export class UploadBudget {
  readonly #limits: Pick<Config['server'], 'maxBodyBytes' | 'maxUploadBytes'>;
  /** For bodies of other requests, once their images are decoded. */
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
