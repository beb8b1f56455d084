import { setImmediate as nextTurn } from 'node:timers/promises';

/** A walk over bytes, which pauses at least each `PAUSE_BYTES`: a body may have many megabytes. */
export type Walk<T> = Generator<void, T>;

export const PAUSE_BYTES = 64 * 1024;

/** For how long a walk may keep the event loop from other work. */
const MAX_TURN_MS = 2;

/** Walks to the end at once. */
export function walkAtOnce<T>(walk: Walk<T>): T {
  for (;;) {
    const step = walk.next();
    if (step.done) return step.value;
  }
}

/** Walks to the end, and leaves the event loop to other work every few milliseconds. */
export async function walkInTurns<T>(walk: Walk<T>): Promise<T> {
  for (let startedMs = performance.now(); ; ) {
    const step = walk.next();
    if (step.done) return step.value;
    if (performance.now() - startedMs < MAX_TURN_MS) continue;
    await nextTurn();
    startedMs = performance.now();
  }
}
