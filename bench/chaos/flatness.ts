import type { Footprint } from './footprint.js';

/** A process takes its buffers and threads into use during its first rounds; peaks of load later add a little. */
const WARM_UP_ROUNDS = 3;
/** One reading may come just before a garbage collection, so the lower of the last two counts. */
const LAST_ROUNDS = 2;
const MORE_MEMORY_SHARE = 0.25;
const MORE_MEGABYTES = 48;
/** A process listens on up to sixteen descriptors, fewer while it pauses. */
const MORE_DESCRIPTORS = { serving: 20, supervisor: 3 };

export type Role = keyof typeof MORE_DESCRIPTORS;

/** The footprint of one process at quiet points, when no client has a connection. */
export class Flatness {
  readonly role: Role;
  readonly pid: number;
  readonly #megabytes: number[] = [];
  #fewestDescriptors = Number.POSITIVE_INFINITY;

  constructor(role: Role, pid: number) {
    this.role = role;
    this.pid = pid;
  }

  get megabytes(): readonly number[] {
    return this.#megabytes;
  }

  /** Why the descriptors are too many; undefined if they are not, or not yet known. */
  tooManyDescriptors({ descriptors }: Footprint): string | undefined {
    this.#fewestDescriptors = Math.min(this.#fewestDescriptors, descriptors);
    const most = this.#fewestDescriptors + MORE_DESCRIPTORS[this.role];
    if (descriptors <= most) return undefined;
    return `the ${this.role} process ${this.pid} has ${descriptors} descriptors without clients, and had ${this.#fewestDescriptors}`;
  }

  /** Adds a reading. Returns why memory is not flat; undefined if it is. */
  grows({ megabytes }: Footprint): string | undefined {
    this.#megabytes.push(megabytes);
    if (this.#megabytes.length < WARM_UP_ROUNDS + LAST_ROUNDS) return undefined;
    const first = Math.max(...this.#megabytes.slice(0, WARM_UP_ROUNDS));
    const last = Math.min(...this.#megabytes.slice(-LAST_ROUNDS));
    const most = first * (1 + MORE_MEMORY_SHARE) + MORE_MEGABYTES;
    if (last <= most) return undefined;
    return `the ${this.role} process ${this.pid} grew from ${first} to ${last} MB in ${this.#megabytes.length} rounds`;
  }
}
