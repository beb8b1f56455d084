import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProtoSchema,
} from '../../src/engine/graph/generated/onnx_pb.js';
import { floats, int64s, integer, integers, value } from '../../src/engine/graph/onnx-builders.js';
import { tinyClassifier } from './onnx-models.js';

/**
 * `tinyClassifier()` with three faults that solid images trigger: white makes the whole run throw, black gives scores
 * that are not numbers, and middle grey makes the run last for days.
 */
export function faultyClassifier(): Uint8Array {
  const model = fromBinary(ModelProtoSchema, tinyClassifier());
  const graph = model.graph as GraphProto;
  for (const { output } of graph.node) if (output[0] === 'scores') output[0] = 'clean';
  const axes = [integers('axes', [1, 2, 3]), integer('keepdims', 0)];
  const scalar = (name: string, number: number) => floats(name, [number], []);
  graph.initializer.push(
    scalar('white', 0.98),
    scalar('grey from', 0.45),
    scalar('grey to', 0.55),
    scalar('one', 1),
    floats('table', [0, 0]),
    int64s('hundred', [100]),
    int64s('for days', [1e12]),
    int64s('axis 1', [1]),
    create(TensorProtoSchema, { name: 'true', dataType: DataType.BOOL, int32Data: [1] }),
  );
  graph.node.push(
    op('ReduceMin', ['input'], 'darkest', axes),
    op('ReduceMax', ['input'], 'lightest', axes),
    // White: an index past the end of the table.
    op('Greater', ['darkest', 'white'], 'is white'),
    cast('is white', 'whites', DataType.INT64),
    op('Mul', ['whites', 'hundred'], 'index'),
    op('Gather', ['table', 'index'], 'zero or throw'),
    // Black: 0 / 0.
    op('Div', ['lightest', 'lightest'], 'one or NaN'),
    op('Sub', ['one or NaN', 'one'], 'zero or NaN'),
    // Grey: a loop with 1e12 iterations.
    op('Greater', ['darkest', 'grey from'], 'not darker'),
    op('Less', ['lightest', 'grey to'], 'not lighter'),
    op('And', ['not darker', 'not lighter'], 'is grey'),
    cast('is grey', 'greys', DataType.INT64),
    op('Mul', ['greys', 'for days'], 'rounds of each'),
    op('ReduceMax', ['rounds of each'], 'rounds', [integer('keepdims', 0)]),
    op('Loop', ['rounds', 'true', 'one'], 'one at last', [body()]),
    op('Sub', ['one at last', 'one'], 'zero at last'),
    op('Add', ['zero or throw', 'zero or NaN'], 'zeros'),
    op('Add', ['zeros', 'zero at last'], 'all zeros'),
    op('Unsqueeze', ['all zeros', 'axis 1'], 'column'),
    op('Add', ['clean', 'column'], 'scores'),
  );
  return toBinary(ModelProtoSchema, model);
}

function op(
  opType: string,
  input: string[],
  output: string,
  attribute: NodeProto['attribute'] = [],
): NodeProto {
  return create(NodeProtoSchema, { opType, name: output, input, output: [output], attribute });
}

function cast(from: string, to: string, type: DataType): NodeProto {
  return op('Cast', [from], to, [integer('to', type)]);
}

/** Multiplies by one: an operation that the optimiser does not remove from the loop. */
function body() {
  const g = create(GraphProtoSchema, {
    name: 'body',
    input: [
      value('round', DataType.INT64, []),
      value('go on', DataType.BOOL, []),
      value('x', DataType.FLOAT, []),
    ],
    node: [op('Identity', ['go on'], 'go on still'), op('Mul', ['x', 'x'], 'x squared')],
    output: [value('go on still', DataType.BOOL, []), value('x squared', DataType.FLOAT, [])],
  });
  return create(AttributeProtoSchema, { name: 'body', type: AttributeType.GRAPH, g });
}
