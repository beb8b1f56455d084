import { readdirSync, readFileSync } from 'node:fs';

/** The names that threads give themselves (nameThread). */
const NAMES = ['decode', 'lane', 'gpu-decode'];

/** Milliseconds of processor time by thread: `main`, those that have a name, and `other`. */
export type ThreadTimes = Readonly<Record<string, number>>;

/** What the threads of the serving processes have used so far; empty where there is no /proc. */
export function readThreadTimes(supervisorPid: number): ThreadTimes {
  const times: Record<string, number> = {};
  for (const pid of childrenOf(supervisorPid)) {
    for (const id of listed(`/proc/${pid}/task`)) {
      const folder = `/proc/${pid}/task/${id}`;
      const name = read(`${folder}/comm`).trim();
      const kind = id === pid ? 'main' : NAMES.includes(name) ? name : 'other';
      // The first field of schedstat: nanoseconds on a processor.
      const ms = Number(read(`${folder}/schedstat`).split(' ', 1)[0]) / 1e6;
      times[kind] = (times[kind] ?? 0) + ms;
    }
  }
  return times;
}

/** Milliseconds per image between two readings. */
export function timesPerImage(
  before: ThreadTimes,
  after: ThreadTimes,
  images: number,
): ThreadTimes {
  return Object.fromEntries(
    Object.entries(after).map(([kind, ms]) => [kind, (ms - (before[kind] ?? 0)) / images]),
  );
}

function childrenOf(pid: number): string[] {
  const text = read(`/proc/${pid}/task/${pid}/children`).trim();
  return text === '' ? [] : text.split(' ');
}

/** Threads end at any time. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
