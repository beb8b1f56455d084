import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PRECISIONS } from '../provider.js';

/** What an engine was built from and for; it fits nothing else. */
export const engineFacts = z.strictObject({
  /** SHA-256 of the rewritten graph and its weights: the model, its normalisation, its input size and its channels. */
  graphSha256: z.string(),
  gpu: z.string(),
  computeCapability: z.string(),
  tensorrt: z.string(),
  onnxruntime: z.string(),
  precision: z.enum(PRECISIONS),
  /** The profile: batches of 1 to this many images, tuned for this many. */
  maxBatchSize: z.int().min(1),
});
export type EngineFacts = z.infer<typeof engineFacts>;

/** What is written beside an engine. */
export const engineRecord = engineFacts.extend({
  builtAt: z.string(),
  buildSeconds: z.number(),
  engineFile: z.string(),
  engineBytes: z.int(),
  contextFile: z.string(),
});
export type EngineRecord = z.infer<typeof engineRecord>;

/** Name of an engine's folder: for people, and different wherever the facts are. */
export function engineFolderName(facts: EngineFacts): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(engineFacts.parse(facts)))
    .digest('hex');
  const gpu = facts.gpu.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return `${gpu}-tensorrt-${facts.tensorrt}-${facts.precision}-batch-${facts.maxBatchSize}-${digest.slice(0, 8)}`;
}

/** Why an engine cannot serve what is wanted, in a few words; undefined if it can. A larger profile will do. */
export function whyNot(have: EngineFacts, want: EngineFacts): string | undefined {
  if (have.graphSha256 !== want.graphSha256) return 'the model or its model.json has changed since';
  if (have.gpu !== want.gpu || have.computeCapability !== want.computeCapability) {
    return `it was built for ${have.gpu}, and this is ${want.gpu}`;
  }
  if (have.tensorrt !== want.tensorrt) {
    return `it was built by TensorRT ${have.tensorrt}, and this is ${want.tensorrt}`;
  }
  if (have.onnxruntime !== want.onnxruntime) {
    return `it was built through ONNX Runtime ${have.onnxruntime}, and this is ${want.onnxruntime}`;
  }
  if (have.precision !== want.precision)
    return `it is ${have.precision}, and ${want.precision} is wanted`;
  if (have.maxBatchSize < want.maxBatchSize) {
    return `its profile ends at ${have.maxBatchSize} images, and batches may have ${want.maxBatchSize}`;
  }
  return undefined;
}
