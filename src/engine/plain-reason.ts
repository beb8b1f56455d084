import { messageOf } from '../message-of.js';

/** Messages of the runtime, and what to tell the operator instead. */
const PLAIN: readonly (readonly [RegExp, (maxBatchSize: number) => string])[] = [
  [
    /Failed to allocate memory|out of memory|OUT_OF_MEMORY|CUDA failure 2:/i,
    (maxBatchSize) =>
      `the device has too little free memory for batches of up to ${maxBatchSize} images; lower batching.maxBatchSize, or stop other programs that use the device`,
  ],
  [
    /assigned to the default CPU EP/,
    () =>
      'the provider does not support every node of the model; engine.allowCpuNodes runs the others on the CPU and lists them',
  ],
];

/** One line that says why a provider could not be opened, without the stacks and hints in the runtime's messages. */
export function plainReason(error: unknown, maxBatchSize: number): string {
  const message = messageOf(error);
  const known = PLAIN.find(([pattern]) => pattern.test(message));
  return known?.[1](maxBatchSize) ?? message.trim().split('\n')[0] ?? '';
}
