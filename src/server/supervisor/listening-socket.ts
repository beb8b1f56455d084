import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { getSystemErrorName } from 'node:util';
import { cannotListen } from './cannot-listen.js';

/** A socket that is bound to an address. A process that has its descriptor can listen on it and accept connections. */
export interface ListeningSocket {
  readonly descriptor: number;
  readonly address: string;
  readonly port: number;
  readonly close: () => void;
}

/** The part of Node's socket handle that is used here. */
interface Handle {
  readonly fd: number;
  getsockname(name: { port?: number }): number;
  close(): void;
}

/**
 * Binds a socket without accepting connections from it; the public functions of node:net always do both. node:cluster
 * creates its shared sockets with the same function.
 *
 * @param port 0 selects a free port
 * @throws {StartError} the address is not available
 */
export async function bindSocket(host: string, port: number): Promise<ListeningSocket> {
  const refuse = (code: string) => cannotListen({ host, port }, code);
  const { address, family } = await lookup(host).catch((error: NodeJS.ErrnoException) => {
    throw refuse(String(error.code));
  });
  const { _createServerHandle: create } = net as typeof net & {
    _createServerHandle(address: string, port: number, family: number): Handle | number;
  };
  const handle = create(address, port, family);
  if (typeof handle === 'number') throw refuse(getSystemErrorName(handle));
  const name: { port?: number } = {};
  // An address that is in use is reported only here.
  const status = handle.getsockname(name);
  if (status !== 0) {
    handle.close();
    throw refuse(getSystemErrorName(status));
  }
  return {
    descriptor: handle.fd,
    address,
    port: Number(name.port),
    close: () => handle.close(),
  };
}
