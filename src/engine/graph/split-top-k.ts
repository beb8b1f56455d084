import { create, toBinary } from '@bufbuild/protobuf';
import { GraphProtoSchema, ModelProtoSchema } from './generated/onnx_pb.js';
import { CONFIDENCE, PREFIX, SCORES } from './names.js';
import { readGraph } from './read-graph.js';

/** A rewritten graph in two parts: each output of the first is an input of the second, under the same name. */
export interface SplitGraph {
  /** From IMAGE to the scores, float32 [n, classes]. */
  readonly scores: Uint8Array;
  /** From the scores to CONFIDENCE and LABEL_INDEX. */
  readonly best: Uint8Array;
}

/** Cuts a graph that `rewriteClassifier` made, before its TopK. Everything else in the file stays with the scores. */
export function splitTopK(rewritten: Uint8Array): SplitGraph {
  const { model, graph } = readGraph(rewritten);
  // The rewrite appended TopK and the nodes that follow it at the end.
  const at = graph.node.findIndex(({ output }) => output[0] === CONFIDENCE);
  const tail = graph.node.slice(at);
  const scores = graph.output.find(({ name }) => name === SCORES);
  if (at < 0 || !scores) throw new Error('the graph was not rewritten. This is a bug.');
  const tailInputs = new Set(tail.flatMap(({ input }) => input));
  const best = create(ModelProtoSchema, {
    irVersion: model.irVersion,
    opsetImport: model.opsetImport.filter(({ domain }) => domain === '' || domain === 'ai.onnx'),
    graph: create(GraphProtoSchema, {
      name: `${PREFIX}best`,
      node: tail,
      initializer: graph.initializer.filter((constant) => tailInputs.has(constant.name)),
      input: [scores],
      output: graph.output.filter((output) => output !== scores),
    }),
  });
  graph.node = graph.node.slice(0, at);
  graph.initializer = graph.initializer.filter((constant) => !tailInputs.has(constant.name));
  graph.output = [scores];
  return { scores: toBinary(ModelProtoSchema, model), best: toBinary(ModelProtoSchema, best) };
}
