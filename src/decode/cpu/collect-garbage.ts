import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let gc: (() => void) | undefined;

/**
 * Frees the memory that this thread no longer needs. Node would free it at some later time, because what it sees of a
 * buffer outside of its heap is small.
 */
export async function collectGarbage(): Promise<void> {
  if (!gc) {
    setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc') as () => void;
  }
  gc();
  // Native libraries free their buffers in the next turn.
  await nextTurn();
}
