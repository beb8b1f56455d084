import { writeFileSync } from 'node:fs';

/**
 * Names the calling thread, and the threads that it will start, for the tools of the system (`top -H`, `perf`). The system
 * keeps 15 bytes of the name. Does nothing where there is no /proc.
 */
export function nameThread(name: string): void {
  try {
    writeFileSync('/proc/thread-self/comm', name);
  } catch {
    // A thread without a name works as well.
  }
}
