/** Longer than any test waits on even a very slow machine. */
const LIMIT_MS = 120_000;
const ASK_AGAIN_MS = 10;

/**
 * Polls a condition until it is true.
 *
 * @throws {Error} with the text of the condition, if it is still false after two minutes
 */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  const late = new Error(`waited ${LIMIT_MS / 1000} s in vain for ${isSo}`);
  const startedMs = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startedMs > LIMIT_MS) throw late;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

/**
 * Waits for a promise.
 *
 * @param what describes what is awaited; the message may include what has arrived instead
 * @throws {Error} with that text, if the promise has not settled after two minutes
 */
export async function inTime<T>(promise: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const end = () => reject(new Error(`waited ${LIMIT_MS / 1000} s in vain for ${what()}`));
    timer = setTimeout(end, LIMIT_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
