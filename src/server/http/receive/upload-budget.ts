import { SpareBuffers } from '../../../decode/index.js';
import type { Config } from '../../config/config.js';
import { Problem } from '../../problem/problem.js';

/** Most photos on the web fit into this. */
const SPARE_BYTES = 128 * 1024;
/** A small budget is divided into at least this many buffers, so that one body cannot use it up. */
const FEWEST_SPARE_BUFFERS = 64;

/**
 * Limits the bytes of one request body, and the memory that all bodies of this process use. Memory grows with the
 * received bytes, so a body that a client has only announced takes no room from others.
 */
export class UploadBudget {
  readonly maxBodyBytes: number;
  readonly #maxUploadBytes: number;
  /** Buffers for later bodies, taken back once their images are decoded. */
  readonly spare: SpareBuffers;
  #heldBytes = 0;

  constructor(limits: Pick<Config['server'], 'maxBodyBytes' | 'maxUploadBytes'>) {
    this.maxBodyBytes = limits.maxBodyBytes;
    this.#maxUploadBytes = limits.maxUploadBytes;
    const mostBytes = Math.floor(limits.maxUploadBytes / FEWEST_SPARE_BUFFERS);
    this.spare = new SpareBuffers(Math.min(SPARE_BYTES, mostBytes));
  }

  /** The part of a request that begins. */
  open(): Upload {
    return new Upload(this);
  }

  /** @throws {Problem} queue_full if there is no room for `bytes` more */
  check(bytes: number): void {
    if (this.#heldBytes + bytes <= this.#maxUploadBytes) return;
    throw new Problem('queue_full', { 'Retry-After': '1' });
  }

  /** Counts memory that is held, or released if `bytes` is negative. */
  count(bytes: number): void {
    this.#heldBytes += bytes;
  }
}

/** One request's part of the budget. */
export class Upload {
  readonly #budget: UploadBudget;
  #arrivedBytes = 0;
  #heldBytes = 0;

  constructor(budget: UploadBudget) {
    this.#budget = budget;
  }

  /** Buffers of a size into which most bodies fit. */
  get spare(): SpareBuffers {
    return this.#budget.spare;
  }

  get maxBodyBytes(): number {
    return this.#budget.maxBodyBytes;
  }

  /** @throws {Problem} body_too_large or queue_full if a body of `bytes` bytes does not fit */
  expect(bytes: number): void {
    this.#checkBody(bytes);
    this.#budget.check(bytes);
  }

  /** Counts bytes that have arrived. @throws {Problem} body_too_large */
  take(bytes: number): void {
    this.#arrivedBytes += bytes;
    this.#checkBody(this.#arrivedBytes);
  }

  /** Counts memory that holds them. @throws {Problem} queue_full */
  hold(bytes: number): void {
    this.#budget.check(bytes);
    this.#count(bytes);
  }

  /** Called once no bytes of the body are in memory any more. */
  release(): void {
    this.#count(-this.#heldBytes);
  }

  #checkBody(bytes: number): void {
    if (bytes > this.maxBodyBytes) throw new Problem('body_too_large');
  }

  #count(bytes: number): void {
    this.#heldBytes += bytes;
    this.#budget.count(bytes);
  }
}
