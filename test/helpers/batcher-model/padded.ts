/** The size with which a batch of `size` runs: the next allowed size, or its own if all sizes are allowed. */
export function padded(size: number, allowedBatchSizes: readonly number[]): number {
  const [next] = allowedBatchSizes.filter((one) => one >= size);
  return next ?? size;
}
