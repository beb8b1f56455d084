/** Execution providers of ONNX Runtime that can serve, best first: the order in which `auto` tries them. */
export const PROVIDERS = ['tensorrt', 'cuda', 'webgpu', 'cpu'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** What a lane opens. */
export interface SessionSource {
  readonly provider: Provider;
  /** The rewritten graph; for tensorrt the path of an engine's EPContext model. */
  readonly model: Uint8Array | string;
  /** Where the files lie that hold the graph's weights, if they are not in it. */
  readonly weightsFolder?: string | undefined;
  /** Lets nodes that a GPU's provider does not take run on the CPU. */
  readonly allowCpuNodes: boolean;
  /** The largest batch that an engine's profile allows. */
  readonly profileBatchSize?: number;
}

/** Of TensorRT engines. */
export const PRECISIONS = ['fp16', 'fp32'] as const;
export type Precision = (typeof PRECISIONS)[number];
