import { readFileSync } from 'node:fs';

/** /proc/stat counts in units of 10 ms. */
const TICKS_PER_SECOND = 100;

/** The processor time of all cores since the start of the machine. */
export interface ProcessorTime {
  readonly busySeconds: number;
  /** What the host of a virtual machine gave to others. */
  readonly stolenSeconds: number;
  readonly allSeconds: number;
}

/** Returns undefined where the system does not tell. */
export function readProcessorTime(file = '/proc/stat'): ProcessorTime | undefined {
  try {
    const [first = ''] = readFileSync(file, 'utf8').split('\n');
    // proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal.
    const times = first
      .split(/\s+/)
      .slice(1, 9)
      .map((ticks) => Number(ticks) / TICKS_PER_SECOND);
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolenSeconds = 0] = times;
    const busySeconds = user + nice + system + irq + softirq;
    return { busySeconds, stolenSeconds, allSeconds: times.reduce((sum, time) => sum + time, 0) };
  } catch {
    return undefined;
  }
}
