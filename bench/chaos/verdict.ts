import type { Evidence } from './evidence.js';

/** The promises that are checked. */
export const CHECKS = {
  answered: 'every request is answered, or its connection closed, before its deadline and a margin',
  connections:
    'no connection of a well-behaved client is closed without an answer, unless its process was killed',
  statuses: 'no 5xx but 503 and 504, and no status that the request does not deserve',
  refusals: 'every 503 is a problem with Retry-After',
  answers: 'every result equals the one that the image got alone',
  books:
    'accepted images = settled images + images in progress, and they agree with what clients received',
  counters: 'no counter of /metrics decreases',
  memory: 'the memory of each process is flat',
  descriptors: 'the descriptors of each process are flat',
  ready:
    'ready says 200 only while a warm process exists, and good requests are then not refused as not ready',
  goodput: 'good requests are answered 200 in every round without a kill or a stop',
  processes:
    'the supervisor replaces the processes that were killed or stopped for long, and no others',
  recovery: 'all processes are ready again after each disturbance, and every image is answered',
  reload: 'a valid configuration reaches all processes, an invalid one changes nothing',
  end: 'SIGTERM under load ends the program with code 0, and every earlier request is answered',
} as const;

export type Check = keyof typeof CHECKS;

/** Which promises were checked how often, and the first that was broken. */
export class Verdict {
  readonly checked: Record<Check, number>;
  readonly #evidence: Evidence;
  readonly #abort = new AbortController();
  #broken: { readonly check: Check; readonly sentence: string } | undefined;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
    const names = Object.keys(CHECKS) as Check[];
    this.checked = Object.fromEntries(names.map((name) => [name, 0])) as Record<Check, number>;
  }

  get broken(): { readonly check: Check; readonly sentence: string } | undefined {
    return this.#broken;
  }

  /** Aborted when a promise is broken. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Counts a check, and ends the run if the promise is broken.
   *
   * @param sentence what is wrong, for people
   * @param files what proves it, by file name
   */
  check(
    check: Check,
    isKept: boolean,
    sentence: () => string,
    files: () => Readonly<Record<string, string | Buffer>> = () => ({}),
  ): void {
    this.checked[check]++;
    if (isKept) return;
    const text = sentence();
    this.#evidence.note('broken', { check, sentence: text });
    this.#evidence.keep(files());
    this.#broken ??= { check, sentence: text };
    this.#abort.abort();
  }
}
