import { availableParallelism } from 'node:os';

/** The command line of a Node program, on certain cores where they are named (`taskset` of Linux). */
export function pinned(cores: string | undefined, args: readonly string[]): [string, string[]] {
  const node = [process.execPath, ...args];
  return cores === undefined ? [process.execPath, [...args]] : ['taskset', ['-c', cores, ...node]];
}

/** How many cores a list as `0-3,8` names; all that this process may use if there is none. */
export function countCores(cores: string | undefined): number {
  if (cores === undefined) return availableParallelism();
  return cores.split(',').reduce((sum, range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return sum + to - from + 1;
  }, 0);
}
