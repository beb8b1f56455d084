const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Runs work that stops early on Ctrl-C or SIGTERM. A second signal ends the program at once. */
export async function untilSignal<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    forget();
    controller.abort();
  };
  const forget = () => {
    for (const signal of SIGNALS) process.off(signal, stop);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    forget();
  }
}
