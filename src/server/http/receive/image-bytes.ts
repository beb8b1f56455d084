import type { SpareBuffers } from '../../../decode/index.js';

// The bytes of an image change hands with their buffer, so that each image of a body needs a buffer of its own.

/** Bytes from base64, in a buffer of their own. What is not base64 gives bytes that are no image. */
export function bytesFromBase64(text: string, spare: SpareBuffers): Buffer {
  const buffer = ownBuffer(Buffer.byteLength(text, 'base64'), spare);
  return buffer.subarray(0, buffer.write(text, 'base64'));
}

/** The same bytes, in a buffer of their own. */
export function copyOf(bytes: Buffer, spare: SpareBuffers): Buffer {
  const buffer = ownBuffer(bytes.length, spare);
  bytes.copy(buffer);
  return buffer.subarray(0, bytes.length);
}

function ownBuffer(length: number, spare: SpareBuffers): Buffer {
  return length <= spare.byteLength ? Buffer.from(spare.take()) : Buffer.allocUnsafeSlow(length);
}
