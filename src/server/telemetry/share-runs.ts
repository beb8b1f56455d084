/**
 * Makes one run serve all who ask at the same time. Whoever asks during a run shares the next one, which begins when
 * that one has ended: a result is never older than the question.
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
    if (next) return next;
    if (!current) return start();
    next = current.then(start, start);
    return next;
  };
}
