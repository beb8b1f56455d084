import { once } from 'node:events';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { until } from './until.js';

/** A connection to a server in this process. */
export interface BothEnds {
  readonly near: Socket;
  /** The server's end. */
  readonly far: Socket;
  /** Resolves when the server has read all that was written at the near end. */
  readonly arrived: () => Promise<void>;
}

/** Opens a connection; resolves when the server has accepted it. */
export async function bothEnds(server: Server): Promise<BothEnds> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = await accepted;
  const arrived = () => until(() => far.bytesRead === near.bytesWritten);
  return { near, far, arrived };
}
