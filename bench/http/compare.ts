import { table } from '../../src/terminal/table.js';
import type { CaseFigures, Setting } from './figures.js';
import { ms } from './report.js';
import { buildRevision } from './revision.js';
import { type RunOptions, runCases, type Variant } from './run-cases.js';

/**
 * Runs every setting alternately on another revision and on this one.
 *
 * @returns a table with the figures of both, and this revision's rate as a multiple of the other's
 */
export async function compare(
  revision: string,
  settings: readonly Setting[],
  options: RunOptions,
): Promise<string> {
  const other = buildRevision(revision);
  try {
    const variants = settings.flatMap((setting): Variant[] => [
      { root: other.root, setting },
      { root: process.cwd(), setting },
    ]);
    const cases = await runCases(variants, options);
    const count = options.connections.length;
    const rows = settings.flatMap((_, s) =>
      options.connections.map((_, c) =>
        row(cases[2 * s * count + c] as CaseFigures, cases[(2 * s + 1) * count + c] as CaseFigures),
      ),
    );
    const head = ['setting', 'conn', `req/s ${other.name}`, 'here', 'ratio', 'p99 ms', 'here'];
    return table([head, ...rows]).join('\n');
  } finally {
    other.remove();
  }
}

function row(there: CaseFigures, here: CaseFigures): string[] {
  return [
    here.setting,
    String(here.connections),
    there.requestsPerSecond.toFixed(0),
    here.requestsPerSecond.toFixed(0),
    (here.requestsPerSecond / there.requestsPerSecond).toFixed(2),
    ms(there.p99Ms),
    ms(here.p99Ms),
  ];
}
