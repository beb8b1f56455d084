import { readProcessorTime } from '../tools/processor-time.js';

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

/** Over all cores, with what the host took. */
function busySeconds(): number {
  const { busySeconds = 0, stolenSeconds = 0 } = readProcessorTime() ?? {};
  return busySeconds + stolenSeconds;
}
