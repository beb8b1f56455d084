import type { Millis } from '../../batcher/index.js';

/** What the system says of a process at one moment. */
export interface ProcessActivity {
  /** Of the main thread: a letter of /proc, such as R (runs, or waits for a processor), S, D, T (stopped). */
  readonly state: string;
  /** Whether any thread runs or waits for a processor. */
  readonly isRunnable: boolean;
  /** Processor time that the main thread has used, and the whole process. */
  readonly mainCpuMs: Millis;
  readonly totalCpuMs: Millis;
  /** The share of the last seconds, 0 to 1, in which the host only waited for memory. */
  readonly memoryStall: number;
}

/**
 * Tells a process that hangs from one that gets no processor time.
 *
 * A process beats from its main thread. Time without a beat counts only as far as the process could use it: while a
 * thread waits for a processor, what it was given counts; while the host waits for memory, nothing does. When
 * `limitMs` have been counted, it hangs. So a main thread that spins is found after `limitMs` of processor time, one
 * that is stopped or blocked in native code after `limitMs` on the clock, and one that is starved never.
 */
export class HangWatch {
  /** May change when the process has started. */
  limitMs: Millis;
  #hasBeaten = true;
  #countedMs = 0;
  #last: ProcessActivity | undefined;

  constructor(limitMs: Millis) {
    this.limitMs = limitMs;
  }

  /** The event loop of the process turns. */
  beat(): void {
    this.#hasBeaten = true;
  }

  /**
   * To be called at regular intervals, longer than that of the beats.
   *
   * @param elapsedMs since the last call
   * @param read what the process does now; undefined where the system does not say
   * @returns whether the process hangs
   */
  check(elapsedMs: Millis, read: () => ProcessActivity | undefined): boolean {
    if (this.#hasBeaten) {
      this.#hasBeaten = false;
      this.#countedMs = 0;
      this.#last = undefined;
      return false;
    }
    const now = read();
    this.#countedMs += now ? usableMs(elapsedMs, now, this.#last) : elapsedMs;
    this.#last = now;
    return this.#countedMs >= this.limitMs;
  }
}

/** How much of the time since `last` the process could have used to turn its event loop. */
function usableMs(
  elapsedMs: Millis,
  now: ProcessActivity,
  last: ProcessActivity | undefined,
): Millis {
  // A debugger holds it.
  if (now.state === 't') return 0;
  const isWaiting = now.state === 'R' || now.isRunnable;
  if (!isWaiting) return elapsedMs * (1 - now.memoryStall);
  if (last === undefined) return 0;
  const givenMs =
    now.state === 'R' ? now.mainCpuMs - last.mainCpuMs : now.totalCpuMs - last.totalCpuMs;
  return Math.min(elapsedMs, givenMs);
}
