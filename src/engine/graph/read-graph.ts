import { fromBinary } from '@bufbuild/protobuf';
import { checkOperators } from './check-operators.js';
import { foreignFile } from './foreign-file.js';
import { type GraphProto, type ModelProto, ModelProtoSchema } from './generated/onnx_pb.js';
import { ModelRefusedError } from './model-refused-error.js';

/** The oldest opset whose operators the rewrite supports, and the newest that ONNX Runtime 1.30 supports. */
const OPSETS = { min: 7, max: 26 };
/** The newest file format version that ONNX Runtime 1.30 supports. */
const MAX_IR_VERSION = 13n;

/** An ONNX model with a graph, and the version of its default operators. */
export interface Graph {
  readonly model: ModelProto;
  readonly graph: GraphProto;
  readonly opset: number;
}

/**
 * Parses an ONNX file. Fields that the schema does not know are kept.
 *
 * @throws {ModelRefusedError} if the bytes are not an ONNX model, or its IR version, its opset or an operator is not
 * supported
 */
export function readGraph(bytes: Uint8Array): Graph {
  const model = parse(bytes);
  const { graph } = model;
  if (!graph || graph.node.length === 0) throw notAModel(bytes);
  if (model.irVersion > MAX_IR_VERSION) {
    throw new ModelRefusedError(
      `the file has IR version ${model.irVersion}; save it with IR version ${MAX_IR_VERSION} or older`,
    );
  }
  const opset = Number(
    model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0,
  );
  if (opset < OPSETS.min || opset > OPSETS.max) {
    throw new ModelRefusedError(
      `the model uses opset ${opset}; export it with an opset from ${OPSETS.min} to ${OPSETS.max}`,
    );
  }
  checkOperators(model);
  return { model, graph, opset };
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw notAModel(bytes, { cause });
  }
}

function notAModel(bytes: Uint8Array, options?: ErrorOptions): ModelRefusedError {
  const foreign = foreignFile(bytes);
  const sentence =
    foreign === undefined
      ? 'this is not an ONNX model, or it is incomplete; copy or export the file again'
      : `this is not an ONNX model but ${foreign}`;
  return new ModelRefusedError(sentence, options);
}
