/**
 * Lets callers at the same time share one run. A call during a run shares the next run, which starts when the current
 * one has ended, so a result is never older than its call.
 */
export function shareRuns<T>(run: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  function start(): Promise<T> {
    next = undefined;
    current = run().finally(() => {
      current = undefined;
    });
    return current;
  }
  return () => {
    if (next !== undefined) return next;
    if (current === undefined) return start();
    next = current.then(start, start);
    return next;
  };
}
