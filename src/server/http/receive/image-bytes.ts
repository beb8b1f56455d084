import type { Upload } from './upload-budget.js';

// The bytes of an image are transferred to a thread with their buffer, so each image of a body needs its own buffer.

type Room = Pick<Upload, 'spare' | 'hold'>;

/**
 * Decodes base64 into a buffer of its own. Text that is not base64 results in bytes that are not an image.
 *
 * @throws {Problem} queue_full if the upload budget has no room for the buffer
 */
export function bytesFromBase64(text: string, room: Room): Buffer {
  const buffer = ownBuffer(Buffer.byteLength(text, 'base64'), room);
  return buffer.subarray(0, buffer.write(text, 'base64'));
}

/**
 * Copies bytes into a buffer of their own.
 *
 * @throws as bytesFromBase64
 */
export function copyOf(bytes: Buffer, room: Room): Buffer {
  const buffer = ownBuffer(bytes.length, room);
  bytes.copy(buffer);
  return buffer.subarray(0, bytes.length);
}

function ownBuffer(length: number, room: Room): Buffer {
  const { spare } = room;
  const isForSpare = length <= spare.byteLength && length > spare.byteLength / 2;
  room.hold(isForSpare ? spare.byteLength : length);
  return isForSpare ? Buffer.from(spare.take()) : Buffer.allocUnsafeSlow(length);
}
