import type { ModelProto, NodeProto } from './generated/onnx_pb.js';
import { ModelRefusedError } from './model-refused-error.js';

/** Sets of operators that ONNX Runtime has. */
const DOMAINS = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.experimental',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
]);
const DECODERS = new Set(['ImageDecoder', 'DecodeImage']);

/**
 * @throws {ModelRefusedError} when the model decodes images itself, or has operators that ONNX Runtime does not have
 */
export function checkOperators({ graph, functions }: ModelProto): void {
  const own = new Set(functions.map(({ domain, name }) => `${domain}:${name}`));
  for (const node of graph?.node ?? []) {
    if (DECODERS.has(node.opType)) {
      throw new ModelRefusedError(
        `the model decodes images itself (${described(node)}), which the server does before it; export it from the decoded pixels on`,
      );
    }
    if (DOMAINS.has(node.domain) || own.has(`${node.domain}:${node.opType}`)) continue;
    throw new ModelRefusedError(
      `the model has an operator that ONNX Runtime does not have, ${node.opType} of "${node.domain}" (${described(node)}), as onnxruntime-extensions and other add-ons bring them; export the model without it`,
    );
  }
}

function described({ opType, name, output }: NodeProto): string {
  return `its ${opType} node "${name || output[0]}"`;
}
