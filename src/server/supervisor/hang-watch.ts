import type { Millis } from '../../batcher/index.js';

/** The system's information about a process at one moment. */
export interface ProcessActivity {
  /**
   * State of the main thread, a letter from /proc, such as R (running or waiting for a processor), S, D, T (stopped).
   */
  readonly state: string;
  /** Whether any thread is running or waiting for a processor. */
  readonly isRunnable: boolean;
  /** Processor time that the main thread has used, and that the whole process has used. */
  readonly mainCpuMs: Millis;
  readonly totalCpuMs: Millis;
  /** The share of the last seconds, 0 to 1, in which the host only waited for memory. */
  readonly memoryStall: number;
}

/**
 * Distinguishes a process that hangs from one that gets no processor time.
 *
 * A process sends heartbeats from its main thread. Time without a heartbeat counts only if the process could have
 * used it: while a thread waits for a processor, only the processor time that it got counts; while the host waits for
 * memory, nothing counts. When `limitMs` have been counted, the process hangs. So a main thread that spins is
 * detected after `limitMs` of processor time, one that is stopped or blocked in native code after `limitMs` on the
 * clock, and one that is starved of processor time never.
 */
export class HangWatch {
  /** Becomes shorter once the process has started. */
  limitMs: Millis;
  #hasBeaten = true;
  #countedMs = 0;
  #last: ProcessActivity | undefined;

  constructor(limitMs: Millis) {
    this.limitMs = limitMs;
  }

  /** Called for each heartbeat: the event loop of the process runs. */
  beat(): void {
    this.#hasBeaten = true;
  }

  /**
   * Must be called at regular intervals that are longer than the interval of the heartbeats.
   *
   * @param elapsedMs time since the last call
   * @param read returns what the process does now; undefined if the system has no such information
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

/** How much of the time since `last` the process could have used to run its event loop. */
function usableMs(
  elapsedMs: Millis,
  now: ProcessActivity,
  last: ProcessActivity | undefined,
): Millis {
  // A debugger has stopped it.
  if (now.state === 't') return 0;
  const isWaiting = now.state === 'R' || now.isRunnable;
  if (!isWaiting) return elapsedMs * (1 - now.memoryStall);
  if (last === undefined) return 0;
  const givenMs =
    now.state === 'R' ? now.mainCpuMs - last.mainCpuMs : now.totalCpuMs - last.totalCpuMs;
  return Math.min(elapsedMs, givenMs);
}
