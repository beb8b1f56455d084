import { create, type MessageInitShape } from '@bufbuild/protobuf';
import t from 'tap';
import {
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataLocation,
} from '../../../src/engine/graph/generated/onnx_pb.js';
import { hasExternalData } from '../../../src/engine/graph/has-external-data.js';

type NodeInit = MessageInitShape<typeof NodeProtoSchema>;
const own = { name: 'own' };
const outside = { name: 'outside', dataLocation: TensorProto_DataLocation.EXTERNAL };

function isExternal(model: MessageInitShape<typeof ModelProtoSchema>): boolean {
  return hasExternalData(create(ModelProtoSchema, model));
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
  t.notOk(isExternal({}), 'no graph');
  t.notOk(isExternal({ graph: { initializer: [own], sparseInitializer: [{ values: own }] } }));
  for (const [name, node] of Object.entries(nodesWith(own))) {
    t.notOk(isExternal({ graph: { node: [node] }, functions: [{ node: [node] }] }), name);
  }
});

t.test('weights in another file are found wherever they are named', async (t) => {
  t.ok(isExternal({ graph: { initializer: [own, outside] } }), 'initializer');
  t.ok(isExternal({ graph: { sparseInitializer: [{ values: outside }] } }), 'sparse values');
  t.ok(
    isExternal({ graph: { sparseInitializer: [{ values: own, indices: outside }] } }),
    'sparse indices',
  );
  for (const [name, node] of Object.entries(nodesWith(outside))) {
    t.ok(isExternal({ graph: { node: [{}, node] } }), name);
    t.ok(isExternal({ functions: [{}, { node: [node] }] }), `${name} in a function`);
  }
});
