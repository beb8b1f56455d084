import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * How many threads of this process can run at once: the cores that its affinity mask allows, or fewer if the CPU limit of
 * its container allows fewer. Node 20 knows only the mask, so a container with a limit of two cores on a host with 96 would
 * start 96 threads.
 */
export function usableCores(limit = coreLimit(), cores = availableParallelism()): number {
  return limit === undefined ? cores : Math.max(1, Math.min(cores, Math.ceil(limit)));
}

/**
 * The CPU limit of this process's control group, in cores; undefined if there is none. A limit of a group applies to all
 * groups in it, so the lowest one counts.
 *
 * @param root the folder that holds /proc and /sys
 */
export function coreLimit(root = '/'): number | undefined {
  const groups = join(root, 'sys/fs/cgroup');
  const own = /^0::(\/.*)$/m.exec(read(join(root, 'proc/self/cgroup')))?.[1] ?? '/';
  const limits: number[] = [];
  for (let group = own; ; group = dirname(group)) {
    // "150000 100000": so many microseconds of processor time in each period of so many.
    const [quota, period] = read(join(groups, group, 'cpu.max'))
      .split(' ')
      .map(Number);
    limits.push(Number(quota) / Number(period));
    if (group === '/') break;
  }
  // Version 1, whose quota is -1 without a limit.
  const older = ['quota', 'period'].map((what) => read(join(groups, `cpu/cpu.cfs_${what}_us`)));
  limits.push(Number(older[0]) / Number(older[1]));
  const known = limits.filter((limit) => limit > 0 && Number.isFinite(limit));
  return known.length > 0 ? Math.min(...known) : undefined;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
