import { TensorProto_DataType, type ValueInfoProto } from './generated/onnx_pb.js';
import { inspectOutput, type OutputFacts } from './inspect-output.js';
import { ModelRefusedError } from './model-refused-error.js';
import { shapeText } from './tensor-type.js';

/** What is known about the scores, apart from the graph. */
export interface OutputWish {
  /** The name of the output that holds the scores, from model.json. */
  readonly outputName?: string | undefined;
  /** The required number of scores: the number of labels. */
  readonly classes?: number | undefined;
}

/**
 * Returns the output that holds the scores: the named output, the only output, or the only one that can be scores of
 * this number of classes.
 *
 * @param fixedBatch number of images that every run must have, according to the input; undefined if it may vary
 * @throws {ModelRefusedError} if there is no such output, or several
 */
export function chooseOutput(
  outputs: readonly ValueInfoProto[],
  fixedBatch: number | undefined,
  { outputName, classes }: OutputWish,
): OutputFacts {
  if (outputName !== undefined) {
    const named = outputs.find(({ name }) => name === outputName);
    if (named) return inspectOutput(named, fixedBatch);
    throw new ModelRefusedError(
      `the model has no output "${outputName}" (outputName in model.json); it has ${listed(outputs)}`,
    );
  }
  const [first, ...others] = outputs;
  if (!first) throw new ModelRefusedError('the model has no output; export it with exactly one');
  if (others.length === 0) return inspectOutput(first, fixedBatch);
  const fitting = outputs
    .flatMap((output) => scoresOf(output, fixedBatch) ?? [])
    .filter((facts) => classes === undefined || facts.classes === classes);
  const [only] = fitting;
  if (only && fitting.length === 1) return only;
  throw new ModelRefusedError(
    `the model has ${outputs.length} outputs: ${listed(outputs)}; name the one that holds the scores in model.json, such as "outputName": "${only?.outputName ?? first.name}"`,
  );
}

function scoresOf(output: ValueInfoProto, fixedBatch: number | undefined): OutputFacts | undefined {
  try {
    return inspectOutput(output, fixedBatch);
  } catch (error) {
    if (error instanceof ModelRefusedError) return undefined;
    throw error;
  }
}

function listed(outputs: readonly ValueInfoProto[]): string {
  return outputs.map(described).join(', ');
}

function described({ name, type }: ValueInfoProto): string {
  if (type?.value.case !== 'tensorType') return `"${name}" (not a tensor)`;
  const { elemType, shape } = type.value.value;
  return `"${name}" ${(TensorProto_DataType[elemType] ?? `type ${elemType}`).toLowerCase()} ${shapeText(shape)}`;
}
