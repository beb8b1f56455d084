import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import t from 'tap';
import { ModelProtoSchema } from '../../../src/engine/graph/generated/onnx_pb.js';
import { ModelRefusedError, readGraph } from '../../../src/engine/graph/index.js';
import { tinyClassifier } from '../../helpers/onnx-models.js';

const notOnnx = { name: 'ModelRefusedError', message: 'this is not an ONNX model' };

function changed(changes: MessageInitShape<typeof ModelProtoSchema>): Uint8Array {
  const model = fromBinary(ModelProtoSchema, tinyClassifier());
  return toBinary(ModelProtoSchema, Object.assign(model, create(ModelProtoSchema, changes)));
}

t.test('an ONNX model', async (t) => {
  const { graph, opset, model } = readGraph(tinyClassifier({ opset: 17, irVersion: 9 }));
  t.equal(opset, 17);
  t.equal(model.irVersion, 9n);
  t.same(
    graph.node.map(({ opType }) => opType),
    ['GlobalAveragePool', 'Flatten', 'Gemm'],
  );
});

t.test('what is no ONNX model', async (t) => {
  const model = fromBinary(ModelProtoSchema, tinyClassifier());
  for (const [name, bytes] of Object.entries({
    nothing: Buffer.alloc(0),
    text: Buffer.from('# a page of text\n'),
    'half a model': tinyClassifier().subarray(0, 100),
    'no graph': toBinary(ModelProtoSchema, { ...model, graph: undefined }),
    'no nodes': toBinary(ModelProtoSchema, {
      ...model,
      graph: Object.assign(create(ModelProtoSchema, { graph: {} }).graph!, { name: 'empty' }),
    }),
  })) {
    t.throws(() => readGraph(bytes), notOnnx, name);
  }
});

t.test('the cause of a file that does not parse is kept', async (t) => {
  t.throws(() => readGraph(Buffer.of(0xff)), { ...notOnnx, cause: Error });
});

t.test('opsets 7 to 26', async (t) => {
  for (const opset of [7, 26]) t.match(readGraph(tinyClassifier({ opset })), { opset });
  for (const opset of [1, 6, 27, 1000]) {
    t.throws(
      () => readGraph(tinyClassifier({ opset })),
      { message: `the model uses opset ${opset}; export it with an opset from 7 to 26` },
      `opset ${opset}`,
    );
  }
});

t.test('the opset is that of the default operators', async (t) => {
  const other = { domain: 'ai.onnx.ml', version: 3n };
  for (const domain of ['', 'ai.onnx']) {
    const bytes = changed({ opsetImport: [other, { domain, version: 12n }] });
    t.match(readGraph(bytes), { opset: 12 }, domain);
  }
  const without = changed({ opsetImport: [other] });
  t.throws(() => readGraph(without), {
    message: /uses opset 0; export it with an opset from 7 to 26/,
  });
});

t.test('IR versions up to 13', async (t) => {
  t.match(readGraph(tinyClassifier({ irVersion: 13 })), { opset: 13 });
  t.throws(() => readGraph(tinyClassifier({ irVersion: 14 })), {
    message: 'the file has IR version 14; save it with IR version 13 or older',
  });
});

t.test('any change to a file gives a graph or a refusal', async (t) => {
  const model = tinyClassifier();
  const change = fc.tuple(fc.nat(model.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), fc.nat(model.length), (changes, cut) => {
      const bytes = Uint8Array.from(model);
      for (const [at, byte] of changes) bytes[at] = byte;
      for (const file of [bytes, bytes.subarray(0, cut)]) {
        try {
          readGraph(file);
        } catch (error) {
          if (!(error instanceof ModelRefusedError)) return false;
        }
      }
      return true;
    }),
    { numRuns: 1000 },
  );
  t.pass('1000 files');
});
