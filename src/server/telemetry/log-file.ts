import sonicBoom, { type SonicBoom } from 'sonic-boom';

/** Maximum size of the lines that wait while the disk is full or the reader has stopped; further lines are dropped. */
const MAX_WAITING_BYTES = 1024 * 1024;
const MIN_WRITE_BYTES = 4096;
const FLUSH_INTERVAL_MS = 1000;

export interface LogFileOptions {
  /** A file descriptor, in non-blocking mode if it is a pipe, or the path of a file to append to. */
  readonly destination: number | string;
  /** Called for each line that is dropped. */
  readonly dropped: () => void;
}

/** A log destination for pino that is written off the main thread and never delays requests. */
export interface LogFile {
  readonly stream: Pick<SonicBoom, 'write'>;
  /** Writes the waiting lines, but gives up after `timeoutMs`. */
  readonly flush: (timeoutMs: number) => Promise<void>;
}

/**
 * Opens the log. Lines are buffered for up to a second. If they cannot be written, because the disk is full or the
 * reader of a pipe has stopped, up to 1 MiB of them wait; further lines are dropped and counted. Writing resumes when
 * it succeeds.
 */
export function openLogFile({ destination, dropped }: LogFileOptions): LogFile {
  // Not pino.destination, which would wait forever for a full disk when the process exits.
  const file = new sonicBoom.SonicBoom({
    dest: destination,
    sync: false,
    minLength: MIN_WRITE_BYTES,
    maxLength: MAX_WAITING_BYTES,
    periodicFlush: FLUSH_INTERVAL_MS,
  });
  file.on('drop', dropped);
  // The lines stay in the buffer for the next attempt.
  file.on('error', () => {});
  const flush = (timeoutMs: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      file.flush(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  return { stream: file, flush };
}
