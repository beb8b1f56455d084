import { create, type MessageInitShape } from '@bufbuild/protobuf';
import t from 'tap';
import {
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from '../../../src/engine/graph/generated/onnx_pb.js';
import { externalDataOf, externalTensors } from '../../../src/engine/graph/index.js';

type NodeInit = MessageInitShape<typeof NodeProtoSchema>;
const own = { name: 'own' };
const outside = { name: 'outside', dataLocation: TensorProto_DataLocation.EXTERNAL };

function found(model: MessageInitShape<typeof ModelProtoSchema>): string[] {
  return externalTensors(create(ModelProtoSchema, model)).map(({ name }) => name);
}

/** Nodes that hold a tensor in each way there is. */
function nodesWith(tensor: typeof own): Record<string, NodeInit> {
  return {
    constant: { attribute: [{ t: tensor }] },
    'list of tensors': { attribute: [{ name: 'other' }, { tensors: [own, tensor] }] },
    subgraph: { attribute: [{ g: { initializer: [own, tensor] } }] },
    'list of subgraphs': {
      attribute: [{ graphs: [{}, { node: [{ attribute: [{ t: tensor }] }] }] }],
    },
  };
}

t.test('a model with its weights in the file has none', async (t) => {
  t.same(found({}), [], 'no graph');
  t.same(found({ graph: { initializer: [own], sparseInitializer: [{ values: own }] } }), []);
  for (const [name, node] of Object.entries(nodesWith(own))) {
    t.same(found({ graph: { node: [node] }, functions: [{ node: [node] }] }), [], name);
  }
});

t.test('weights in another file are found wherever they are named', async (t) => {
  const one = ['outside'];
  t.same(found({ graph: { initializer: [own, outside] } }), one, 'initializer');
  t.same(found({ graph: { sparseInitializer: [{ values: outside }] } }), one, 'sparse values');
  t.same(
    found({ graph: { sparseInitializer: [{ values: own, indices: outside }] } }),
    one,
    'sparse indices',
  );
  for (const [name, node] of Object.entries(nodesWith(outside))) {
    t.same(found({ graph: { node: [{}, node] } }), one, name);
    t.same(found({ functions: [{}, { node: [node] }] }), one, `${name} in a function`);
  }
});

t.test('where a tensor lies', async (t) => {
  const place = (entries: Record<string, string>) => {
    const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
    return externalDataOf(create(TensorProtoSchema, { name: 'kernel', externalData }));
  };
  t.same(place({ location: 'a.data', offset: '64', length: '12', checksum: 'x' }), {
    location: 'a.data',
    offset: 64,
    length: 12,
  });
  t.same(place({ location: 'a.data' }), { location: 'a.data', offset: 0, length: undefined });
  for (const [entries, words] of [
    [{}, /^the weights "kernel" are in another file, which the model does not name; export/],
    [{ location: '' }, /which the model does not name/],
    [{ location: 'a', offset: '-4' }, /and the offset of "kernel" there is "-4"; export the model/],
    [{ location: 'a', length: 'all' }, /the length of "kernel" there is "all"; export/],
  ] as const) {
    t.throws(() => place(entries), { name: 'ModelRefusedError', message: words });
  }
});

t.test('a tensor takes as many bytes as its shape and its type say', async (t) => {
  const length = (dataType: number, stated?: string) => {
    const entries = { location: 'a', ...(stated === undefined ? {} : { length: stated }) };
    const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
    const tensor = { name: 'kernel', dataType, dims: [3n, 5n], externalData };
    return externalDataOf(create(TensorProtoSchema, tensor)).length;
  };
  t.equal(length(DataType.FLOAT, '60'), 60);
  t.equal(length(DataType.FLOAT), 60, 'not stated');
  t.equal(length(DataType.FLOAT16), 30);
  t.equal(length(DataType.INT4), undefined, 'elements that share bytes');
  t.equal(length(DataType.INT4, '8'), 8);
  for (const stated of ['59', '61']) {
    t.throws(() => length(DataType.FLOAT, stated), {
      message: `its weights are in another file, and the length of "kernel" there is "${stated}", but the tensor has 60 bytes; export the model again`,
    });
  }
});
