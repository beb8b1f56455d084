import { readFileSync } from 'node:fs';

/** How a process ended, for the operator. */
export interface ProcessEnd {
  readonly pid: number | undefined;
  readonly code: number | null;
  readonly signal: string | null;
  /** Whether it had been ready. */
  readonly wasWarm: boolean;
  /** Whether the supervisor killed it because it hung. */
  readonly wasHung: boolean;
  /** Processes on this host that the kernel killed for lack of memory while this one ran; undefined if unknown. */
  readonly outOfMemoryKills: number | undefined;
}

/** Describes how a process ended, and, if something else killed it, why, as far as that is known. */
export function endText({ pid, code, signal, wasHung, outOfMemoryKills }: ProcessEnd): string {
  const text = `serving process ${pid} ended with ${signal ?? `code ${code}`}`;
  if (signal !== 'SIGKILL' || wasHung || outOfMemoryKills === 0) return text;
  return outOfMemoryKills === undefined
    ? `${text}, possibly because memory ran out`
    : `${text}; the kernel killed a process because memory ran out (check its log and the memory limit)`;
}

/** How many processes the kernel has killed for lack of memory since the host started; undefined if unknown. */
export function readOutOfMemoryKills(): number | undefined {
  try {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'))?.[1];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}
