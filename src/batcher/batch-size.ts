import type { LatencyCurve } from './latency-curve.js';

/** The smallest allowed size that holds `size` items. `allowed` is in ascending order; empty allows every size. */
export function padUp(size: number, allowed: readonly number[]): number {
  return allowed.find((allowedSize) => allowedSize >= size) ?? size;
}

/**
 * How many of `waiting` items leave, whichever costs less per image on the curve: either all, padded up to the next
 * allowed size, or as many as fill the allowed size below, while the rest keep waiting.
 */
export function chooseBatchSize(
  waiting: number,
  allowed: readonly number[],
  curve: LatencyCurve,
): number {
  const down = allowed.findLast((size) => size <= waiting);
  if (down === undefined) return waiting;
  const up = padUp(waiting, allowed);
  return curve.msOf(up) / waiting <= curve.msOf(down) / down ? waiting : down;
}
