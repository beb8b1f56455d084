import { loadKoffi } from './koffi.js';

/** The command that duplicates a descriptor and hides the duplicate from child processes; from Linux's fcntl.h. */
const F_DUPFD_CLOEXEC = 1030;

let fcntl: ((descriptor: number, command: number, least: number) => number) | undefined;

/**
 * Returns another descriptor of the same open file; closing it leaves the first one open. Node has no function for
 * this.
 *
 * @throws {Error} no descriptor is free
 * @throws {MissingPackageError}
 */
export function duplicateDescriptor(descriptor: number): number {
  fcntl ??= loadKoffi().load('libc.so.6').func('int fcntl(int fd, int cmd, int arg)');
  const duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) throw new Error(`descriptor ${descriptor} cannot be duplicated`);
  return duplicate;
}
