import { table } from '../../src/terminal/table.js';
import { quantile } from '../tools/quantile.js';
import type { Flatness } from './flatness.js';
import { CLIENT_KINDS, type ClientKind, type DisturbanceKind } from './plan.js';
import { CHECKS, type Check } from './verdict.js';

/** What a run has shown. */
export interface ChaosResult {
  readonly seed: number;
  readonly processes: number;
  readonly busyPrograms: number;
  readonly seconds: number;
  readonly lives: number;
  readonly rounds: number;
  /** Requests by kind of client and ending: a status, or how the connection ended. */
  readonly requests: Readonly<Partial<Record<ClientKind, Readonly<Record<string, number>>>>>;
  readonly resultsCompared: number;
  readonly disturbances: Readonly<Partial<Record<DisturbanceKind, number>>>;
  readonly processesReplaced: number;
  /** From the end of a process until one more is ready. */
  readonly replacedMs: { readonly median: number; readonly longest: number } | undefined;
  /** Good requests answered 200 in a round without a kill or a stop. */
  readonly goodAnswers: { readonly median: number; readonly fewest: number } | undefined;
  /** Of the supervisor and the serving process that lived longest. */
  readonly memory: readonly MemoryFigures[];
  readonly checked: Readonly<Record<Check, number>>;
  readonly broken: { readonly check: Check; readonly sentence: string } | undefined;
}

/** Megabytes at quiet points. */
export interface MemoryFigures {
  readonly role: string;
  readonly rounds: number;
  readonly first: number;
  readonly median: number;
  readonly last: number;
  readonly most: number;
}

export function memoryFigures({ role, megabytes }: Flatness): MemoryFigures {
  return {
    role,
    rounds: megabytes.length,
    first: megabytes[0] ?? 0,
    median: quantile(megabytes, 0.5),
    last: megabytes.at(-1) ?? 0,
    most: Math.max(...megabytes),
  };
}

/** The result as a text for people. */
export function reportText(result: ChaosResult): string {
  const { requests, disturbances, memory, checked, broken } = result;
  const endings = [...new Set(Object.values(requests).flatMap((one) => Object.keys(one)))].sort();
  const counts = CLIENT_KINDS.filter((kind) => requests[kind]).map((kind) => {
    const ofKind = requests[kind] ?? {};
    const sum = Object.values(ofKind).reduce((total, count) => total + count, 0);
    return [kind, String(sum), ...endings.map((ending) => String(ofKind[ending] ?? ''))];
  });
  const sections = [
    table([['clients', 'requests', ...endings], ...counts]),
    table([
      ['disturbances', 'times'],
      ...Object.entries(disturbances).map(([kind, times]) => [kind, String(times)]),
    ]),
    table([
      ['memory in MB', 'rounds', 'first', 'median', 'last', 'most'],
      ...memory.map(({ role, rounds, first, median, last, most }) => [
        role,
        ...[rounds, first, median, last, most].map(String),
      ]),
    ]),
    table(
      [
        ['check', 'times', 'promise'],
        ...Object.entries(CHECKS).map(([name, promise]) => [
          name,
          String(checked[name as Check]),
          promise,
        ]),
      ],
      (column) => column === 1,
    ),
    sums(result),
    [broken ? `BROKEN ${broken.check}: ${broken.sentence}` : 'PASS'],
  ];
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

function sums(result: ChaosResult): string[] {
  const { seed, seconds, rounds, lives, resultsCompared, replacedMs, goodAnswers } = result;
  const lines = [
    `seed ${seed}, ${seconds.toFixed(0)} s, ${rounds} rounds in ${lives} lives of the program`,
    `${resultsCompared} results were compared with references`,
  ];
  if (replacedMs) {
    const { median, longest } = replacedMs;
    lines.push(
      `${result.processesReplaced} processes were replaced, within ${(median / 1000).toFixed(1)} s (median), ${(longest / 1000).toFixed(1)} s (longest)`,
    );
  }
  if (goodAnswers) {
    const { median, fewest } = goodAnswers;
    lines.push(
      `good answers in a round without a kill or a stop: ${median} (median), ${fewest} (fewest)`,
    );
  }
  return lines;
}
