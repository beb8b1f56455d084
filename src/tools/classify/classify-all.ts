export interface ClassifyAllParts<Answer> {
  /** Not yet classified. Read as images are needed, so there may be millions. */
  readonly images: Iterable<string>;
  /** How many images are worked on at once. */
  readonly inFlight: number;
  readonly classify: (path: string) => Promise<Answer>;
  readonly write: (path: string, answer: Answer) => Promise<void>;
  /** Once aborted, no further image is begun; those in flight are finished. */
  readonly stop: AbortSignal;
}

/**
 * Classifies images, a bounded number at once, and writes each answer when it is there.
 *
 * @returns whether all images were classified
 * @throws the first error of `classify` or `write`, once the other images in flight are finished
 */
export async function classifyAll<Answer>(parts: ClassifyAllParts<Answer>): Promise<boolean> {
  const images = parts.images[Symbol.iterator]();
  let isOver = false;
  let hasFailed = false;
  async function work(): Promise<void> {
    while (!isOver && !hasFailed && !parts.stop.aborted) {
      const next = images.next();
      if (next.done) {
        isOver = true;
        return;
      }
      const answer = await parts.classify(next.value);
      await parts.write(next.value, answer);
    }
  }
  const workers = Array.from({ length: parts.inFlight }, () =>
    work().catch((error: unknown) => {
      hasFailed = true;
      throw error;
    }),
  );
  const ends = await Promise.allSettled(workers);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return isOver;
}
