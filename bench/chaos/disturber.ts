import { setTimeout as sleep } from 'node:timers/promises';
import { startBusyPrograms } from './busy-programs.js';
import { Connection } from './connection.js';
import type { Evidence } from './evidence.js';
import type { Fates } from './fates.js';
import { wrongLimits } from './limits.js';
import type { Batching, Disturbance, DisturbanceKind, Victim } from './plan.js';
import type { Program } from './program.js';
import type { Verdict } from './verdict.js';

/** The supervisor should find a hung process long before. */
const HANG_LIMIT_MS = 120_000;
/** The program looks twice a second. */
const RELOAD_LIMIT_MS = 60_000;
const ASK_AGAIN_MS = 50;

/** Disturbs a program, and undoes what does not end by itself. */
export class Disturber {
  /** How often each disturbance happened. */
  readonly counts: Map<DisturbanceKind, number>;
  /** The limits that were last configured. */
  batching: Batching | undefined;
  /** One after the other. */
  #reloading = Promise.resolve();
  readonly #program: Program;
  readonly #fates: Fates;
  readonly #verdict: Verdict;
  readonly #evidence: Evidence;

  constructor(
    program: Program,
    fates: Fates,
    verdict: Verdict,
    evidence: Evidence,
    counts: Map<DisturbanceKind, number>,
  ) {
    this.#program = program;
    this.#fates = fates;
    this.#verdict = verdict;
    this.#evidence = evidence;
    this.counts = counts;
  }

  /** Resolves when the disturbance is over. Its consequences may last longer. */
  async disturb(what: Disturbance): Promise<void> {
    this.#evidence.note('disturb', what);
    this.counts.set(what.kind, (this.counts.get(what.kind) ?? 0) + 1);
    switch (what.kind) {
      case 'kill':
        this.#kill(what.victim);
        break;
      case 'stop':
        await this.#stop(what.victim, what.forMs);
        break;
      case 'hang':
        await this.#hang(what.victim);
        break;
      case 'stop supervisor':
        this.#program.signal('SIGSTOP');
        await sleep(what.forMs);
        this.#program.signal('SIGCONT');
        break;
      case 'reload':
        this.#reloading = this.#reloading.then(() => this.#reload(what.batching, what.bySignal));
        await this.#reloading;
        break;
      case 'unread log':
        this.#program.stopReadingLog();
        break;
      case 'busy': {
        const end = startBusyPrograms(what.programs);
        await sleep(what.forMs);
        end();
        break;
      }
    }
  }

  /** Undoes what lasts until the end of a round. */
  endRound(): void {
    this.#program.readLog();
  }

  #victims(victim: Victim): readonly number[] {
    const warm = this.#program.servingPids().filter((pid) => this.#fates.isWarm(pid));
    if (victim === 'all') return warm;
    return victim === 'oldest' ? warm.slice(0, 1) : warm.slice(-1);
  }

  #kill(victim: Victim): void {
    for (const pid of this.#victims(victim)) {
      this.#fates.doom(pid, false);
      send(pid, 'SIGKILL');
    }
  }

  async #stop(victim: Victim, forMs: number): Promise<void> {
    const pids = this.#victims(victim);
    for (const pid of pids) {
      this.#fates.stop(pid);
      send(pid, 'SIGSTOP');
    }
    await sleep(forMs);
    for (const pid of pids) {
      send(pid, 'SIGCONT');
      this.#fates.go(pid);
    }
  }

  async #hang(victim: Victim): Promise<void> {
    const endedBefore = this.#fates.ended;
    const pids = this.#victims(victim);
    for (const pid of pids) {
      this.#fates.doom(pid, true);
      send(pid, 'SIGSTOP');
    }
    const endMs = performance.now() + HANG_LIMIT_MS;
    const isOver = () => this.#fates.ended >= endedBefore + pids.length;
    while (!isOver() && performance.now() < endMs && !this.#verdict.signal.aborted) await sleep(20);
    this.#verdict.check(
      'processes',
      isOver() || this.#verdict.signal.aborted,
      () => `process ${pids.join(', ')} was stopped for ${HANG_LIMIT_MS / 1000} s and not replaced`,
    );
  }

  /** A valid configuration stays in the file until it is in force, because the program looks only now and then. */
  async #reload(batching: Batching | undefined, bySignal: boolean): Promise<void> {
    if (batching === undefined) this.#program.configureBadly();
    else this.#program.configure(batching);
    if (bySignal) this.#program.signal('SIGHUP');
    if (batching === undefined) return;
    this.batching = batching;
    const { port } = this.#program;
    const endMs = performance.now() + RELOAD_LIMIT_MS;
    let wrong = await wrongLimits(new Connection(port), batching);
    while (wrong !== undefined && performance.now() < endMs && !this.#verdict.signal.aborted) {
      await sleep(ASK_AGAIN_MS);
      wrong = await wrongLimits(new Connection(port), batching);
    }
    this.#verdict.check(
      'reload',
      wrong === undefined || this.#verdict.signal.aborted,
      () => `${RELOAD_LIMIT_MS / 1000} s after the configuration was written, ${wrong}`,
    );
  }
}

/** The process may have ended. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
