import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** How a server answers a request for a file. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

export interface FileServer {
  readonly url: string;
  /** The Range header of each request so far. */
  readonly ranges: (string | undefined)[];
  readonly paths: (string | undefined)[];
}

/** Gives the answers one after another; the last one also answers all later requests. */
export async function fileServer(t: Test, ...answers: readonly Answer[]): Promise<FileServer> {
  const ranges: FileServer['ranges'] = [];
  const paths: FileServer['paths'] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(ranges.length, answers.length - 1)];
    ranges.push(request.headers.range);
    paths.push(request.url);
    answer?.(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, ranges, paths };
}

/** The whole file, whatever the range. */
export function whole(bytes: Uint8Array): Answer {
  return (response) => response.end(bytes);
}

/** The part that was requested. */
export function ranged(bytes: Uint8Array): Answer {
  return (response, request) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
    if (Number.isNaN(from)) {
      response.end(bytes);
      return;
    }
    response.writeHead(206, {
      'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
    });
    response.end(bytes.subarray(from));
  };
}

export function status(code: number): Answer {
  return (response) => response.writeHead(code).end('no');
}

/** The first `sent` bytes of a file that is announced as complete; `cut` closes the connection. */
export function halting(bytes: Uint8Array, sent: number) {
  let cut = () => {};
  const answer: Answer = (response) => {
    cut = () => response.destroy();
    response.writeHead(200, { 'Content-Length': bytes.length });
    response.flushHeaders();
    if (sent > 0) response.write(bytes.subarray(0, sent));
    else cut();
  };
  return { answer, cut: () => cut() };
}
