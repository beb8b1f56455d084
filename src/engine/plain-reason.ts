import { messageOf } from '../message-of.js';

/** What the runtime says, and what an operator would rather read. */
const PLAIN: readonly (readonly [RegExp, (maxBatchSize: number) => string])[] = [
  [
    /Failed to allocate memory|out of memory|OUT_OF_MEMORY|CUDA failure 2:/i,
    (maxBatchSize) =>
      `the device has too little free memory for batches of up to ${maxBatchSize} images; lower batching.maxBatchSize, or end what else uses it`,
  ],
  [
    /assigned to the default CPU EP/,
    () =>
      'it does not take every node of the model; engine.allowCpuNodes runs those on the CPU and lists them',
  ],
];

/** One line on why a provider could not be opened; the runtime's messages go on with stacks and hints. */
export function plainReason(error: unknown, maxBatchSize: number): string {
  const message = messageOf(error);
  const known = PLAIN.find(([pattern]) => pattern.test(message));
  return known?.[1](maxBatchSize) ?? message.trim().split('\n')[0] ?? '';
}
