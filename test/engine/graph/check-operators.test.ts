import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import t from 'tap';
import {
  FunctionProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
} from '../../../src/engine/graph/generated/onnx_pb.js';
import { readGraph } from '../../../src/engine/graph/index.js';
import { tinyClassifier } from '../../helpers/onnx-models.js';

/** Reads a model with one more node. */
function read(node: MessageInitShape<typeof NodeProtoSchema>, functions: readonly string[] = []) {
  const { model, graph } = readGraph(tinyClassifier());
  graph.node.unshift(create(NodeProtoSchema, { output: ['made'], ...node }));
  model.functions = functions.map((name) =>
    create(FunctionProtoSchema, { name, domain: 'my.domain' }),
  );
  return readGraph(toBinary(ModelProtoSchema, model));
}

t.test('operators of the runtime, and those that the model defines itself', async (t) => {
  for (const domain of ['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']) {
    t.doesNotThrow(() => read({ opType: 'Any', domain }), domain);
  }
  t.doesNotThrow(() => read({ opType: 'Mine', domain: 'my.domain' }, ['Mine']));
});

t.test('operators of an add-on are named', async (t) => {
  t.throws(() => read({ opType: 'Identity_ext', domain: 'ai.onnx.contrib', name: 'first' }), {
    name: 'ModelRefusedError',
    message:
      'the model has an operator that ONNX Runtime does not have, Identity_ext of "ai.onnx.contrib" (its Identity_ext node "first"), as onnxruntime-extensions and other add-ons bring them; export the model without it',
  });
  t.throws(() => read({ opType: 'Other', domain: 'my.domain' }, ['Mine']), {
    message: /Other of "my\.domain" \(its Other node "made"\)/,
  });
});

t.test('a decoder of images inside the model is named', async (t) => {
  for (const [opType, domain] of [
    ['ImageDecoder', ''],
    ['DecodeImage', 'ai.onnx.contrib'],
  ] as const) {
    t.throws(() => read({ opType, domain }), {
      name: 'ModelRefusedError',
      message: `the model decodes images itself (its ${opType} node "made"), which the server does before it; export it from the decoded pixels on`,
    });
  }
});
