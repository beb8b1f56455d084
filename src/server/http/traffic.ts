import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Problem } from '../problem/problem.js';
import { breakOff } from './receive/read-body.js';

/** The open connections and requests of a server, which must end before the server does. */
export class Traffic {
  /** When the last connection or request arrived, on the clock of performance.now(). */
  lastArrivalMs = Number.NEGATIVE_INFINITY;
  #connections = 0;
  readonly #requests = new Map<ServerResponse, IncomingMessage>();

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.lastArrivalMs = performance.now();
      this.#connections++;
      socket.once('close', () => this.#connections--);
    });
    for (const event of ['request', 'checkContinue', 'checkExpectation']) {
      server.on(event, (incoming: IncomingMessage, outgoing: ServerResponse) => {
        this.lastArrivalMs = performance.now();
        this.#requests.set(outgoing, incoming);
        outgoing.once('close', () => this.#requests.delete(outgoing));
      });
    }
  }

  get connections(): number {
    return this.#connections;
  }

  /** Requests that are not answered yet. */
  unanswered(): ServerResponse[] {
    return [...this.#requests.keys()].filter(({ writableEnded }) => !writableEnded);
  }

  /** Refuses the requests whose bodies are still arriving. */
  refuseUploads(): void {
    for (const incoming of this.#requests.values()) {
      if (!incoming.complete) breakOff(incoming, new Problem('draining'));
    }
  }
}
