import { toBinary } from '@bufbuild/protobuf';
import {
  TensorProto_DataType as DataType,
  type GraphProto,
  ModelProtoSchema,
} from './generated/onnx_pb.js';
import { type ClassifierFacts, inspectClassifier } from './inspect-classifier.js';
import { ModelRefusedError } from './model-refused-error.js';
import { CONFIDENCE, IMAGE, LABEL_INDEX, PREFIX, SCORES } from './names.js';
import { value } from './onnx-builders.js';
import { postprocessing } from './postprocessing.js';
import { preprocessing } from './preprocessing.js';
import { readGraph } from './read-graph.js';
import type { RewriteSpec } from './rewrite-spec.js';

/**
 * Adds pre- and post-processing to the graph. The result takes IMAGE, uint8 [n, height, width, 3]
 * in RGB, and gives CONFIDENCE, float32 [n, k], and LABEL_INDEX, int32 [n, k], best first, where k
 * is topK, or the number of classes if that is smaller; and, if it is fetched, SCORES, float32 [n, classes].
 * Everything else in the file stays the same.
 *
 * @throws {ModelRefusedError} naming what to change in the model or in model.json
 */
export function rewriteClassifier(bytes: Uint8Array, spec: RewriteSpec): Uint8Array {
  const parsed = readGraph(bytes);
  const { model, graph, opset } = parsed;
  checkNamesAreFree(graph);
  const facts = inspectClassifier(parsed, spec);
  checkSize(facts, spec);

  const k = Math.min(spec.topK, facts.classes ?? spec.topK);
  const before = preprocessing(facts, spec, opset);
  const after = postprocessing(facts, spec, k, opset);

  // The model's own input keeps its name and becomes a value that the new nodes produce.
  graph.node = [...before.nodes, ...graph.node, ...after.nodes];
  graph.initializer = [...graph.initializer, ...before.constants, ...after.constants];
  const n = facts.fixedBatch ?? 'batch';
  const image = value(IMAGE, DataType.UINT8, [n, spec.height, spec.width, 3]);
  graph.input = graph.input.map((old) => (old.name === facts.inputName ? image : old));
  graph.output = [
    value(CONFIDENCE, DataType.FLOAT, [n, k]),
    value(LABEL_INDEX, DataType.INT32, [n, k]),
    value(SCORES, DataType.FLOAT, [n, facts.classes ?? spec.classes ?? 'classes']),
  ];
  return toBinary(ModelProtoSchema, model);
}

function checkNamesAreFree({ input, initializer, node }: GraphProto): void {
  const names = [
    ...[...input, ...initializer].map(({ name }) => name),
    ...node.flatMap(({ output }) => output),
  ];
  const reserved = names.find((name) => name.startsWith(PREFIX));
  if (reserved === undefined) return;
  throw new ModelRefusedError(
    `the model already has a value named "${reserved}"; use the original model, not one that was rewritten`,
  );
}

function checkSize(facts: ClassifierFacts, spec: RewriteSpec): void {
  for (const side of ['width', 'height'] as const) {
    const size = facts[side];
    if (size === undefined || size === spec[side]) continue;
    throw new ModelRefusedError(
      `the input "${facts.inputName}" has ${side} ${size}, but model.json says ${spec[side]}; set input.${side} to ${size}`,
    );
  }
}
