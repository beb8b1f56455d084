/** A request of the Open Inference Protocol whose tensors lie behind its JSON. */
export function inferBody(json: unknown, ...tensors: readonly Buffer[]) {
  const head = Buffer.from(JSON.stringify(json));
  return {
    body: Buffer.concat([head, ...tensors]),
    headers: { 'Inference-Header-Content-Length': String(head.length) },
  };
}

/** Elements of a BYTES tensor as they lie behind the JSON: a length before each. */
export function elements(...images: readonly Buffer[]): Buffer {
  return Buffer.concat(
    images.flatMap((image) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(image.length);
      return [length, image];
    }),
  );
}

/** Reads an answer of the protocol: its JSON, and what lies behind it. */
export async function readInfer(response: Response) {
  const bytes = Buffer.from(await response.arrayBuffer());
  const length = response.headers.get('inference-header-content-length');
  const at = length === null ? bytes.length : Number(length);
  return { json: JSON.parse(bytes.toString('utf8', 0, at)), binary: bytes.subarray(at) };
}
