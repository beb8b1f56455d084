import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { getSystemErrorName } from 'node:util';
import { cannotListen } from './cannot-listen.js';

/** A socket that is bound to an address. Whoever has its descriptor may listen on it and accept. */
export interface ListeningSocket {
  readonly descriptor: number;
  readonly address: string;
  readonly port: number;
  readonly close: () => void;
}

/** Node's handle of a socket, as far as it is used here. */
interface Handle {
  readonly fd: number;
  getsockname(name: { port?: number }): number;
  close(): void;
}

/**
 * Binds a socket and does not accept from it: node:net's public functions always do both. node:cluster makes its
 * shared sockets with the same function.
 *
 * @param port 0 takes a free one
 * @throws {StartError} the address cannot be had
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
  // An address in use is told only now.
  const status = handle.getsockname(name);
  if (status !== 0) throw refuse(getSystemErrorName(status));
  return {
    descriptor: handle.fd,
    address,
    port: Number(name.port),
    close: () => handle.close(),
  };
}
