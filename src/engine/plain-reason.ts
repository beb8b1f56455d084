import { messageOf } from '../message-of.js';

/** Messages of the runtime, and what to tell the operator instead. */
const PLAIN: readonly (readonly [RegExp, (maxBatchSize: number, found: string) => string])[] = [
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
  [
    // The rewrite's own node, which gives the scores one row per image and one column per label.
    /running Reshape node\. Name:'batch_dispatch\/scores/,
    () =>
      'the model does not have as many classes as labels.txt has lines; write one line for each class',
  ],
  [
    /Could not find an implementation for (\w+)/,
    (_, opType) =>
      `the provider has no ${opType} for the types of its elements; export the model with float32`,
  ],
];

/** One line that says why a provider could not be opened, without the stacks and hints in the runtime's messages. */
export function plainReason(error: unknown, maxBatchSize: number): string {
  const message = messageOf(error);
  for (const [pattern, text] of PLAIN) {
    const match = pattern.exec(message);
    if (match) return text(maxBatchSize, match[1] ?? '');
  }
  return message.trim().split('\n')[0] ?? '';
}
