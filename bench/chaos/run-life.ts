import { setTimeout as sleep } from 'node:timers/promises';
import { type Behaviour, BEHAVIOURS } from './clients.js';
import { Disturber } from './disturber.js';
import type { Evidence } from './evidence.js';
import { Fates } from './fates.js';
import type { Flatness } from './flatness.js';
import type { Ledger } from './ledger.js';
import { type DisturbanceKind, planLife, planRound, randomOf } from './plan.js';
import { Program } from './program.js';
import { QuietPoints } from './quiet-point.js';
import { ReadyProbe } from './ready-probe.js';
import type { References } from './references.js';
import { openScene } from './scene.js';
import type { Verdict } from './verdict.js';

/** The stops of a process that is to survive take a quarter of it at most. */
export const HANG_TIMEOUT_MS = 4000;
/** For a start on a busy machine. */
const START_LIMIT_MS = 240_000;
/** Longer than server.drainTimeoutMs and what follows it. */
const END_LIMIT_MS = 120_000;
/** How long the last clients are busy before SIGTERM. */
const BEFORE_END_MS = 1000;
const LAST_CLIENTS: readonly Behaviour[] = [
  ...Array.from({ length: 6 }, () => BEHAVIOURS.good),
  BEHAVIOURS.slow,
  BEHAVIOURS.slow,
];
/** Disturbances that may leave no process to answer. */
const EXCUSES: readonly DisturbanceKind[] = ['kill', 'stop', 'hang'];

/** What all lives of a run have in common. */
export interface Run {
  readonly seed: number;
  readonly processes: number;
  readonly port: number;
  readonly references: References;
  readonly ledger: Ledger;
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  readonly disturbances: Map<DisturbanceKind, number>;
  /** Good requests answered 200 in each round without a kill or a stop. */
  readonly goodAnswers: number[];
  /** Called when a round begins. */
  readonly begins: () => void;
  /** Whether no further round should begin. */
  readonly isOver: () => boolean;
}

/** What is left of a life. */
export interface LifeFigures {
  readonly flatness: readonly Flatness[];
  readonly replacedMs: readonly number[];
}

/** Starts the program, disturbs it for some rounds, and ends it with SIGTERM under load. */
export async function runLife(run: Run, life: number): Promise<LifeFigures> {
  const { seed, processes, port, verdict, evidence, ledger } = run;
  const { stdout, rounds } = planLife(seed, life);
  evidence.note('life', { life, stdout, rounds });
  const fates = new Fates(verdict, evidence, HANG_TIMEOUT_MS);
  ledger.fates = fates;
  let isStarted = false;
  const program = new Program({
    ...{ port, processes, stdout, evidence, hangTimeoutMs: HANG_TIMEOUT_MS },
    said(line) {
      evidence.note('stderr', { line });
      fates.said(line);
      isStarted ||= /^ {2}ready {5}http/.test(line);
    },
  });
  const killAll = () => program.killAll();
  verdict.signal.addEventListener('abort', killAll);
  try {
    const probe = new ReadyProbe(verdict, fates);
    const opening = openScene(run);
    const probing = probe.run(opening.scene, randomOf(seed, life, 0, 4));
    await becomes(() => isStarted, START_LIMIT_MS, run, 'the program to start');
    fates.started(program.servingPids());
    opening.end();
    await probing;
    const quiet = new QuietPoints({ program, processes, fates, probe, verdict, evidence });
    const disturber = new Disturber(program, fates, verdict, evidence, run.disturbances);
    await quiet.check(opening.scene, ledger.takeSums(), undefined);
    for (let round = 0; round < rounds && !run.isOver() && !verdict.signal.aborted; round++) {
      run.begins();
      await runRound(run, life, round, probe, disturber);
      const sums = ledger.takeSums();
      await quiet.check(opening.scene, sums, disturber.batching);
    }
    if (!verdict.signal.aborted) await end(run, life, program);
    return { flatness: [...quiet.flatness.values()], replacedMs: fates.replacedMs };
  } finally {
    killAll();
    verdict.signal.removeEventListener('abort', killAll);
    await program.exited;
  }
}

async function runRound(
  run: Run,
  life: number,
  round: number,
  probe: ReadyProbe,
  disturber: Disturber,
): Promise<void> {
  const { seed, verdict, evidence, ledger } = run;
  const { activeMs, clients, disturbances } = planRound(seed, life, round);
  const kinds = clients.map(({ kind }) => kind);
  evidence.note('round', { life, round, activeMs, clients: kinds });
  const { scene, end } = openScene(run);
  const busy = clients.map(({ kind, random }) => BEHAVIOURS[kind](scene, random));
  const probing = probe.run(scene, randomOf(seed, life, round, 5));
  const disturbing = disturbances.map(async ({ atMs, what }) => {
    await scene.pause(atMs);
    if (!scene.isOver()) await disturber.disturb(what);
  });
  await scene.pause(activeMs);
  await Promise.all(disturbing);
  end();
  await Promise.all([...busy, probing]);
  disturber.endRound();
  if (verdict.signal.aborted || disturbances.some(({ what }) => EXCUSES.includes(what.kind)))
    return;
  const { good, goodOther } = ledger.sums;
  run.goodAnswers.push(good);
  verdict.check(
    'goodput',
    good > 0,
    () => `none of ${goodOther} good requests of an undisturbed round was answered 200`,
  );
}

/** SIGTERM while clients are busy. */
async function end(run: Run, life: number, program: Program): Promise<void> {
  const { seed, verdict, evidence, ledger } = run;
  const { scene, end: endScene } = openScene(run);
  const busy = LAST_CLIENTS.map((behave, i) => behave(scene, randomOf(seed, life, i, 6)));
  await scene.pause(BEFORE_END_MS);
  const pids = program.servingPids();
  evidence.note('SIGTERM', { pids });
  ledger.endingSinceMs = performance.now();
  program.signal('SIGTERM');
  let ended: readonly [number | null, NodeJS.Signals | null] | undefined;
  void program.exited.then((how) => {
    ended = how;
  });
  await becomes(() => ended !== undefined, END_LIMIT_MS, run, 'the program to end after SIGTERM');
  endScene();
  await Promise.all(busy);
  ledger.endingSinceMs = Number.POSITIVE_INFINITY;
  if (verdict.signal.aborted) return;
  const [code, signal] = ended ?? [null, null];
  verdict.check(
    'end',
    code === 0,
    () => `after SIGTERM the program ended with ${signal ?? `code ${code}`}`,
  );
  const left = pids.filter(isRunning);
  verdict.check(
    'end',
    left.length === 0,
    () => `processes ${left.join(', ')} outlived the program`,
  );
}

/** Waits for a fact, but not longer than any machine needs; then the promise of a good start or end is broken. */
async function becomes(
  isSo: () => boolean,
  limitMs: number,
  { verdict }: Run,
  what: string,
): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!isSo() && performance.now() < endMs && !verdict.signal.aborted) await sleep(20);
  if (verdict.signal.aborted) return;
  verdict.check('end', isSo(), () => `waited ${limitMs / 1000} s in vain for ${what}`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
