import { readFileSync } from 'node:fs';

/** Clock ticks per second in /proc/stat. */
const TICKS_PER_SECOND = 100;

/**
 * Starts to watch the machine; the returned function tells how many cores other programs and the host have used
 * since.
 */
export function watchOthers(): () => number {
  const busyBefore = busySeconds();
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    const own = (user + system) / 1e6;
    return (busySeconds() - busyBefore - own) / ((performance.now() - startedMs) / 1000);
  };
}

/** Waits until other programs use fewer than `cores` cores for a second, but at most `longestMs`. */
export async function untilQuiet(cores: number, longestMs: number): Promise<void> {
  const endMs = performance.now() + longestMs;
  let others = Number.POSITIVE_INFINITY;
  while (others > cores && performance.now() < endMs) {
    const since = watchOthers();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    others = since();
  }
}

/** CPU seconds over all cores: user, nice, system, irq, softirq and steal. */
function busySeconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}
