import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import t from 'tap';
import {
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
} from '../../../src/engine/graph/generated/onnx_pb.js';
import { type RewriteSpec, rewriteClassifier } from '../../../src/engine/graph/index.js';
import { PREFIX } from '../../../src/engine/graph/names.js';
import { value } from '../../../src/engine/graph/onnx-builders.js';
import { type ClassifierOptions, DataType, tinyClassifier } from '../../helpers/onnx-models.js';

const SPEC: RewriteSpec = {
  width: 8,
  height: 8,
  channelOrder: 'rgb',
  mean: [1, 2, 3],
  std: [2, 4, 8],
  output: 'logits',
  topK: 100,
};

/** A tiny classifier, changed. */
function changed(change: (model: ModelProto) => void, options: ClassifierOptions = {}): Uint8Array {
  const model = fromBinary(ModelProtoSchema, tinyClassifier(options));
  change(model);
  return toBinary(ModelProtoSchema, model);
}

function rewritten(bytes: Uint8Array): ModelProto {
  return fromBinary(ModelProtoSchema, rewriteClassifier(bytes, SPEC));
}

t.test('what the rewrite does not add stays, byte for byte', async (t) => {
  const models: ClassifierOptions[] = [
    {},
    { irVersion: 3, opset: 9 },
    { layout: 'nhwc', scores: ['n', 4, 1, 1] },
  ];
  for (const options of models) {
    const bytes = changed((model) => {
      model.producerName = 'someone';
      model.metadataProps.push(create(StringStringEntryProtoSchema, { key: 'a', value: '' }));
      model.graph!.docString = 'a text';
      model.graph!.valueInfo.push(value('some', DataType.FLOAT, ['n', 4]));
    }, options);
    const before = fromBinary(ModelProtoSchema, bytes);
    const after = rewritten(bytes);
    const graph = after.graph!;
    graph.node = graph.node.filter(({ name }) => !name.startsWith(PREFIX));
    graph.initializer = graph.initializer.filter(({ name }) => !name.startsWith(PREFIX));
    graph.input = before.graph!.input;
    graph.output = before.graph!.output;
    t.same(Buffer.from(toBinary(ModelProtoSchema, after)), Buffer.from(bytes));
  }
});

t.test('fields that the schema does not know survive at every depth', async (t) => {
  const unknown = (text: string) => [
    { no: 1000, wireType: 2, data: Buffer.concat([Buffer.of(text.length), Buffer.from(text)]) },
  ];
  const bytes = changed(({ graph }) => {
    graph!.$unknown = unknown('in the graph');
    graph!.node[0]!.$unknown = unknown('in a node');
    graph!.initializer[0]!.$unknown = unknown('in a tensor');
  });
  const found = Buffer.from(toBinary(ModelProtoSchema, rewritten(bytes)));
  for (const text of ['in the graph', 'in a node', 'in a tensor']) t.ok(found.includes(text), text);
  const { graph } = rewritten(bytes);
  for (const [schema, message] of [
    [GraphProtoSchema, graph],
    [NodeProtoSchema, graph?.node.find(({ $unknown }) => $unknown)],
    [TensorProtoSchema, graph?.initializer.find(({ $unknown }) => $unknown)],
  ] as const) {
    t.equal(message?.$unknown?.[0]?.no, 1000, schema.typeName);
  }
});
