import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessActivity } from './hang-watch.js';

/** /proc counts processor time in units of 10 ms (USER_HZ is 100 on every platform that Node supports). */
const MS_PER_TICK = 10;
/** The memory pressure of the container, if it has its own hierarchy, and of the host. */
const MEMORY_PRESSURE = ['/sys/fs/cgroup/memory.pressure', '/proc/pressure/memory'];

/** What /proc shows about a process; undefined if there is no /proc, or the process no longer exists. */
export function readProcessActivity(pid: number): ProcessActivity | undefined {
  try {
    const main = readStat(`/proc/${pid}/task/${pid}/stat`);
    const threads = readdirSync(`/proc/${pid}/task`);
    return {
      state: main.state,
      isRunnable: threads.some((id) => isRunnable(`/proc/${pid}/task/${id}/stat`)),
      mainCpuMs: main.cpuMs,
      totalCpuMs: readStat(`/proc/${pid}/stat`).cpuMs,
      memoryStall: Math.max(...MEMORY_PRESSURE.map(readStall)),
    };
  } catch {
    return undefined;
  }
}

function isRunnable(file: string): boolean {
  try {
    return readStat(file).state === 'R';
  } catch {
    // The thread has ended in the meantime.
    return false;
  }
}

/** The fields of proc(5). The state is the first field after the name in brackets, which may contain any character. */
function readStat(file: string): { readonly state: string; readonly cpuMs: number } {
  const text = readFileSync(file, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
  return { state: fields[0] ?? '', cpuMs: (userTicks + systemTicks) * MS_PER_TICK };
}

/** The share of the last 10 s in which all runnable tasks waited for memory; 0 if the kernel does not measure it. */
function readStall(file: string): number {
  try {
    return Number(/^full avg10=([\d.]+)/m.exec(readFileSync(file, 'latin1'))?.[1] ?? 0) / 100;
  } catch {
    return 0;
  }
}
