/** ONNX Runtime's execution providers that can serve, fastest first: the order in which `auto` tries them. */
export const PROVIDERS = ['tensorrt', 'cuda', 'webgpu', 'cpu'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** What a lane opens. */
export interface SessionSource {
  readonly provider: Provider;
  /** The rewritten graph; for tensorrt, the path of an engine's EPContext model. */
  readonly model: Uint8Array | string;
  /** The folder of the files that hold the graph's weights, if these are not in the graph. */
  readonly weightsFolder?: string | undefined;
  /** Lets nodes that a GPU provider does not support run on the CPU. */
  readonly allowCpuNodes: boolean;
  /** The largest batch that the engine's profile allows. */
  readonly profileBatchSize?: number;
}

/** Precisions of TensorRT engines. */
export const PRECISIONS = ['fp16', 'fp32'] as const;
export type Precision = (typeof PRECISIONS)[number];
