import { create } from '@bufbuild/protobuf';
import t from 'tap';
import { StringStringEntryProtoSchema } from '../../../src/engine/graph/generated/onnx_pb.js';
import { readGraph } from '../../../src/engine/graph/index.js';
import { namesInMetadata, namesOf } from '../../../src/engine/model/class-names.js';
import { tinyClassifier } from '../../helpers/onnx-models.js';

function inMetadata(value: string) {
  const graph = readGraph(tinyClassifier());
  graph.model.metadataProps.push(
    create(StringStringEntryProtoSchema, { key: 'task', value: 'classify' }),
    create(StringStringEntryProtoSchema, { key: 'names', value }),
  );
  return namesInMetadata(graph);
}

t.test('a Python dict, as Ultralytics writes it', async (t) => {
  t.same(inMetadata("{0: 'plane', 1: 'car'}"), ['plane', 'car']);
  t.same(inMetadata(`{0: "it's", 1: 'a "b"', 2: 'it\\'s \\\\ \\xe9 \\u732b'}`), [
    "it's",
    'a "b"',
    "it's \\ é 猫",
  ]);
  t.same(inMetadata("{1: 'b', 0: 'a, 7: c'}"), ['a, 7: c', 'b'], 'in the order of the classes');
  t.same(inMetadata("{0: 'two\\nlines'}"), ['two lines'], 'a label is one line');
});

t.test('JSON does as well', async (t) => {
  t.same(inMetadata('{"0": "plane", "1": "car"}'), ['plane', 'car']);
  t.same(inMetadata('["plane", "car"]'), ['plane', 'car']);
});

t.test('what is no list of names, or has gaps, is none', async (t) => {
  for (const value of ['', '{}', 'plane, car', "{0: 'a', 2: 'c'}", '[1, 2]', '3', "{'a': 'b'}"]) {
    t.equal(inMetadata(value), undefined, value);
  }
  t.equal(namesInMetadata(readGraph(tinyClassifier())), undefined, 'no metadata');
  t.equal(namesOf({ '0': 'a', '1': 2 }), undefined);
  t.equal(namesOf(null), undefined);
});
