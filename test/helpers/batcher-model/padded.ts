/** The size that a batch of `size` runs with: the next allowed one, or its own where all are. */
export function padded(size: number, allowedBatchSizes: readonly number[]): number {
  const [next] = allowedBatchSizes.filter((one) => one >= size);
  return next ?? size;
}
