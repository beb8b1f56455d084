import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PRECISIONS } from '../provider.js';

/** What an engine was built from and for. It fits nothing else. */
export const engineFacts = z.strictObject({
  /** SHA-256 of the rewritten graph and its weights: the model, its normalisation, its input size and its channels. */
  graphSha256: z.string(),
  gpu: z.string(),
  computeCapability: z.string(),
  tensorrt: z.string(),
  onnxruntime: z.string(),
  precision: z.enum(PRECISIONS),
  /** The profile: batches of 1 to this many images, tuned for the largest. */
  maxBatchSize: z.int().min(1),
});
export type EngineFacts = z.infer<typeof engineFacts>;

/** The contents of engine.json, which is written beside an engine. */
export const engineRecord = engineFacts.extend({
  builtAt: z.string(),
  buildSeconds: z.number(),
  engineFile: z.string(),
  engineSha256: z.string(),
  contextFile: z.string(),
  contextSha256: z.string(),
});
export type EngineRecord = z.infer<typeof engineRecord>;

/** Name of an engine's folder: readable, and different whenever the facts differ. */
export function engineFolderName(facts: EngineFacts): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(engineFacts.parse(facts)))
    .digest('hex');
  const gpu = facts.gpu.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return `${gpu}-tensorrt-${facts.tensorrt}-${facts.precision}-batch-${facts.maxBatchSize}-${digest.slice(0, 8)}`;
}

/** Why an engine does not fit, in a few words; undefined if it does. A larger profile fits. */
export function whyNot(have: EngineFacts, want: EngineFacts): string | undefined {
  if (have.graphSha256 !== want.graphSha256) return 'the model or its model.json has changed';
  if (have.gpu !== want.gpu || have.computeCapability !== want.computeCapability) {
    return `it was built for ${have.gpu}, but this GPU is ${want.gpu}`;
  }
  if (have.tensorrt !== want.tensorrt) {
    return `it was built with TensorRT ${have.tensorrt}, but this host has ${want.tensorrt}`;
  }
  if (have.onnxruntime !== want.onnxruntime) {
    return `it was built with ONNX Runtime ${have.onnxruntime}, but this host has ${want.onnxruntime}`;
  }
  if (have.precision !== want.precision)
    return `its precision is ${have.precision}, but ${want.precision} is requested`;
  if (have.maxBatchSize < want.maxBatchSize) {
    return `it supports batches of up to ${have.maxBatchSize} images, but ${want.maxBatchSize} are requested`;
  }
  return undefined;
}
