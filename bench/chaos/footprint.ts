import { readdirSync, readFileSync } from 'node:fs';

/** What a process holds. */
export interface Footprint {
  readonly megabytes: number;
  readonly descriptors: number;
}

/** Reads it from /proc; undefined if the process has ended. */
export function footprintOf(pid: number): Footprint | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    if (Number.isNaN(kilobytes)) return undefined;
    return {
      megabytes: Math.round(kilobytes / 1024),
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
    };
  } catch {
    return undefined;
  }
}
