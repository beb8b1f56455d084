import { availableParallelism } from 'node:os';

/** The command line of a Node program, pinned to `cores` if they are given (with `taskset` on Linux). */
export function pinned(cores: string | undefined, args: readonly string[]): [string, string[]] {
  const node = [process.execPath, ...args];
  return cores === undefined ? [process.execPath, [...args]] : ['taskset', ['-c', cores, ...node]];
}

/** The number of cores in a list such as `0-3,8`; without a list, all cores that this process may use. */
export function countCores(cores: string | undefined): number {
  if (cores === undefined) return availableParallelism();
  return cores.split(',').reduce((sum, range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return sum + to - from + 1;
  }, 0);
}
