import type { Evidence } from './evidence.js';
import type { Verdict } from './verdict.js';

/** A process that was killed, or stopped until the supervisor kills it. */
interface Fate {
  readonly doomedMs: number;
  readonly isHung: boolean;
  /** When the supervisor has reported its end. */
  endedMs: number;
}

interface Stop {
  readonly fromMs: number;
  untilMs: number;
}

/**
 * If this program itself wakes so late that it ends a stop after this share of the hang timeout, the supervisor may
 * have killed the process rightly.
 */
const LONG_STOP_SHARE = 0.5;

/**
 * Compares what was done to each serving process with what the supervisor says about it. All times are those of
 * performance.now() in this program.
 */
export class Fates {
  /** How long each process took to be replaced: from its end until one more process was ready. */
  readonly replacedMs: number[] = [];
  readonly #verdict: Verdict;
  readonly #evidence: Evidence;
  readonly #hangTimeoutMs: number;
  readonly #fates = new Map<number, Fate>();
  readonly #stops = new Map<number, Stop>();
  /** When processes ended that are not replaced yet. */
  readonly #missing: number[] = [];
  #warm = new Set<number>();
  #coldMs = Number.NEGATIVE_INFINITY;

  constructor(verdict: Verdict, evidence: Evidence, hangTimeoutMs: number) {
    this.#verdict = verdict;
    this.#evidence = evidence;
    this.#hangTimeoutMs = hangTimeoutMs;
  }

  /** How many processes were killed, or stopped until they were. */
  get doomed(): number {
    return this.#fates.size;
  }

  /** How many of them the supervisor has reported as ended. */
  get ended(): number {
    return [...this.#fates.values()].filter(({ endedMs }) => endedMs < Infinity).length;
  }

  /** When it was last known that no process was warm. */
  get coldMs(): number {
    return this.#coldMs;
  }

  isWarm(pid: number): boolean {
    return this.#warm.has(pid);
  }

  /** Whether a connection that was open during this time may have belonged to a process that died. */
  mayBeCut(fromMs: number, untilMs: number): boolean {
    return [...this.#fates.values()].some(
      ({ doomedMs, endedMs }) => doomedMs <= untilMs && endedMs >= fromMs,
    );
  }

  /** To be called before a process is killed, or stopped until the supervisor kills it. */
  doom(pid: number, isHung: boolean): void {
    const now = performance.now();
    this.#fates.set(pid, { doomedMs: now, isHung, endedMs: Infinity });
    this.#evidence.note(isHung ? 'stop until killed' : 'kill', { pid });
    if (!isHung) this.#missing.push(now);
    this.#warm.delete(pid);
    if (this.#warm.size === 0) this.#coldMs = now;
  }

  stop(pid: number): void {
    this.#evidence.note('stop', { pid });
    this.#stops.set(pid, { fromMs: performance.now(), untilMs: Infinity });
  }

  go(pid: number): void {
    const stop = this.#stops.get(pid);
    if (stop) stop.untilMs = performance.now();
  }

  /** The program is ready for the first time. */
  started(pids: readonly number[]): void {
    this.#warm = new Set(pids);
  }

  /** Reads a line of the program's stderr. */
  said(line: string): void {
    const [, ready] = /^serving process (\d+) is ready$/.exec(line) ?? [];
    if (ready !== undefined) {
      this.#warm.add(Number(ready));
      const endedMs = this.#missing.shift();
      if (endedMs !== undefined) this.replacedMs.push(performance.now() - endedMs);
    }
    const [, hung] = /^serving process (\d+) hangs/.exec(line) ?? [];
    if (hung !== undefined) this.#hangs(Number(hung));
    const [, ended] = /^serving process (\d+) ended with/.exec(line) ?? [];
    if (ended !== undefined) this.#ends(Number(ended), line);
  }

  #hangs(pid: number): void {
    const { fromMs, untilMs } = this.#stops.get(pid) ?? { fromMs: 0, untilMs: 0 };
    const stoppedMs = Math.min(untilMs, performance.now()) - fromMs;
    const wasStoppedLong = stoppedMs > LONG_STOP_SHARE * this.#hangTimeoutMs;
    if (wasStoppedLong && !this.#fates.has(pid)) this.doom(pid, true);
    this.#missing.push(performance.now());
    this.#verdict.check(
      'processes',
      this.#fates.get(pid)?.isHung === true,
      () => `the supervisor killed process ${pid} as hung, but it was not stopped`,
    );
  }

  #ends(pid: number, line: string): void {
    const fate = this.#fates.get(pid);
    if (fate) fate.endedMs = performance.now();
    this.#verdict.check(
      'processes',
      fate !== undefined && line.includes('SIGKILL'),
      () => `a process ended that nothing had killed: ${line}`,
    );
  }
}
