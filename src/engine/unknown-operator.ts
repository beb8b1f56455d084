/** What ONNX Runtime says of an operator that it does not have, with which it opens no model on any provider. */
const PATTERNS = [
  /(?<domain>[\w.]*):?(?<opType>\w+)\(-?\d+\) is not a registered function\/op/,
  /No Op registered for (?<opType>\w+) with domain_version of (?<opset>\d+)/,
];

/** A sentence on the operator that is to blame for a model that cannot be opened; undefined if none is. */
export function unknownOperator(message: string): string | undefined {
  for (const pattern of PATTERNS) {
    const { domain, opType, opset } = pattern.exec(message)?.groups ?? {};
    if (opType === undefined) continue;
    const of = opset === undefined ? ` of "${domain}"` : ` in opset ${opset}`;
    return `the model has an operator that ONNX Runtime does not have, ${opType}${of}; export it with another opset, or without that operator`;
  }
  return undefined;
}
