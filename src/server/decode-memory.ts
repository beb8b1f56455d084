import { totalmem } from 'node:os';

/** The share of the memory that may be used for decoding; the rest is for bodies, models and everything else. */
const SHARE = 0.5;

/**
 * The memory in bytes that one of so many serving processes may use for decoding: a part of the container's limit, or of
 * the host's memory if there is no limit.
 */
export function decodeMemoryBytes(
  processes: number,
  limitBytes = process.constrainedMemory(),
  hostBytes = totalmem(),
): number {
  // Without a limit, Node returns 0, undefined or a number that is larger than any memory.
  const bytes = limitBytes ? Math.min(limitBytes, hostBytes) : hostBytes;
  return (bytes * SHARE) / processes;
}
