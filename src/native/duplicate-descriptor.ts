import koffi from 'koffi';

/** Duplicates a descriptor and keeps the duplicate from child processes; from Linux's fcntl.h. */
const F_DUPFD_CLOEXEC = 1030;

let fcntl: ((descriptor: number, command: number, least: number) => number) | undefined;

/**
 * Another descriptor of the same open file: closing it leaves the first one open. Node itself has no call for this.
 *
 * @throws {Error} no descriptor is free
 */
export function duplicateDescriptor(descriptor: number): number {
  fcntl ??= koffi.load('libc.so.6').func('int fcntl(int fd, int cmd, int arg)');
  const duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) throw new Error(`descriptor ${descriptor} cannot be duplicated`);
  return duplicate;
}
