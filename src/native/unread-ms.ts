import { loadKoffi } from './koffi.js';
import { MissingPackageError } from './require-package.js';

// From Linux's headers: the level and name of the option, and a field of its struct tcp_info.
const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const LAST_DATA_RECEIVED = 52;

const info = Buffer.alloc(LAST_DATA_RECEIVED + 4);
const length = Buffer.alloc(4);

type GetSocketOption = (
  descriptor: number,
  level: number,
  name: number,
  value: Buffer,
  length: Buffer,
) => number;

let getsockopt: GetSocketOption | undefined;

/**
 * How many milliseconds ago the latest data of a TCP connection arrived, or the connection itself if there is none, in
 * steps of a few milliseconds. For a connection that was just accepted, this is the time for which nobody has read it.
 * Node has no function for this.
 *
 * @returns 0 if the system does not tell
 */
export function unreadMs(descriptor: number): number {
  if (process.platform !== 'linux') return 0;
  getsockopt ??= openGetsockopt();
  length.writeUInt32LE(info.length);
  const status = getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info, length);
  return status === 0 ? info.readUInt32LE(LAST_DATA_RECEIVED) : 0;
}

function openGetsockopt(): GetSocketOption {
  try {
    return loadKoffi()
      .load('libc.so.6')
      .func('int getsockopt(int fd, int level, int name, void *value, void *length)');
  } catch (error) {
    if (error instanceof MissingPackageError) return () => -1;
    throw error;
  }
}
