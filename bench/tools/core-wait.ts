import { readFileSync } from 'node:fs';

/** Seconds in which this process's main thread was ready to run and had no core; 0 if Linux does not report it. */
export function coreWaitSeconds(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e9;
  } catch {
    return 0;
  }
}
