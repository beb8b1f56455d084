import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataLocation } from '../graph/generated/onnx_pb.js';
import { externalDataOf, externalTensors, ModelRefusedError, readGraph } from '../graph/index.js';
import type { WeightFiles } from './weight-files.js';

/** The largest protobuf message. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Puts the weights of a graph into the graph itself.
 *
 * @throws {ModelRefusedError} if they are too large for that
 */
export async function inlineWeights(
  graph: Uint8Array,
  weights: WeightFiles | undefined,
): Promise<Uint8Array> {
  if (!weights) return graph;
  if (graph.length + weights.bytes > MAX_BYTES) {
    throw new ModelRefusedError(
      `its weights take ${(weights.bytes / 1e9).toFixed(1)} GB, and TensorRT takes a model in one file of up to 2 GB; the cuda provider takes larger ones`,
    );
  }
  const { model } = readGraph(graph);
  for (const tensor of externalTensors(model)) {
    const { location, offset, length } = externalDataOf(tensor);
    const file = await open(join(weights.folder, location));
    try {
      const bytes = length ?? (await file.stat()).size - offset;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, offset);
      if (bytesRead !== bytes) throw new Error(`${location} ends too early`);
      tensor.rawData = buffer;
    } finally {
      await file.close();
    }
    tensor.externalData = [];
    tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
  }
  return toBinary(ModelProtoSchema, model);
}
