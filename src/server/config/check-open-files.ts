import { readFileSync } from 'node:fs';
import { StartError } from './start-error.js';

/** Descriptors that a serving process needs besides its connections: libraries, threads, pipes, files for a moment. */
export const RESERVED_DESCRIPTORS = 128;
/** With fewer connections the server is of no use. */
const MIN_CONNECTIONS = 16;
export const MIN_OPEN_FILES = RESERVED_DESCRIPTORS + MIN_CONNECTIONS;

/**
 * Checks how many files a process may have open.
 *
 * @returns undefined if that is not known
 * @throws {StartError} they are too few for the server
 */
export function checkOpenFiles(
  read: () => number | undefined = openFilesLimit,
): number | undefined {
  const limit = read();
  if (limit === undefined || limit >= MIN_OPEN_FILES) return limit;
  throw new StartError(
    `a process may open only ${limit} files, and the server needs ${MIN_OPEN_FILES}: raise the limit (ulimit -n)`,
  );
}

/** On Linux. */
function openFilesLimit(): number | undefined {
  try {
    const [, limit] =
      /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/**
 * How many connections a process may hold, so that descriptors are left for everything else.
 *
 * @param openFiles how many files it may have open; undefined if that is not known
 */
export function fitConnections(
  maxConnections: number,
  openFiles = Number.POSITIVE_INFINITY,
): number {
  return Math.min(maxConnections, openFiles - RESERVED_DESCRIPTORS);
}
