import type { NodeProto, TensorProto } from './generated/onnx_pb.js';
import { int64s, node } from './onnx-builders.js';

/** Since opset 10, Slice takes its bounds as inputs. */
const SLICE_WITH_INPUTS = 10;

/** Nodes that replace a node, and their constants. */
export interface Replacement {
  readonly nodes: readonly NodeProto[];
  readonly constants: readonly TensorProto[];
}

/**
 * Repeats what a Concat node adds to each image, such as the class token of a vision transformer, for every image of a
 * batch: a single row does not fit the rows of several images. Adds zeros that have the rows of the images. Expand
 * would need the shape of the image, and GPU providers leave the nodes that compute shapes to the CPU.
 *
 * @param fromImage names of the values that are computed from the image
 * @returns undefined if the node adds nothing, or joins rows
 */
export function repeatTokens(
  concat: NodeProto,
  fromImage: ReadonlySet<string>,
  opset: number,
): Replacement | undefined {
  const axis = Number(concat.attribute.find(({ name }) => name === 'axis')?.i ?? 0n);
  const image = concat.input.find((name) => fromImage.has(name));
  const tokens = new Set(concat.input.filter((name) => !fromImage.has(name)));
  if (concat.opType !== 'Concat' || axis === 0 || opset < SLICE_WITH_INPUTS) return undefined;
  if (image === undefined || tokens.size === 0) return undefined;
  const name = `${concat.output[0]}/open_batch`;
  const [start, end, axes] = [`${name}/start`, `${name}/end`, `${name}/axes`];
  const made = (opType: string, input: readonly string[], output: string) => {
    const link = node(opType, input);
    link.name = output;
    link.output = [output];
    return link;
  };
  const repeated = (token: string) => `${name}/${token}`;
  return {
    nodes: [
      made('Slice', [image, start, end, axes], `${name}/rows`),
      made('Sub', [`${name}/rows`, `${name}/rows`], `${name}/zeros`),
      ...[...tokens].map((token) => made('Add', [token, `${name}/zeros`], repeated(token))),
      { ...concat, input: concat.input.map((one) => (tokens.has(one) ? repeated(one) : one)) },
    ],
    constants: [int64s(start, [0]), int64s(end, [1]), int64s(axes, [axis])],
  };
}
