import { closeSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { duplicateDescriptor } from '../../native/index.js';

const BACKLOG = 1024;
/** A process may hold this many connections more than its share before it pauses. */
const SLACK = 1;
/** How long a pause is, and how long it becomes when there was nothing to accept after the last ones. */
const PAUSE_MS = 5;
const MAX_PAUSE_MS = 40;
/** How many turns of the event loop `close` waits at most for a turn without a connection. */
const MAX_LAST_TURNS = 1000;

/**
 * Accepts connections for an HTTP server from a listening socket that all serving processes share. A connection that
 * one process does not take goes to another.
 *
 * The kernel wakes every process for a new connection, and often the same process is the first. So a process that
 * holds more than its share pauses: it closes its descriptor of the socket, so that the kernel does not wake it, and
 * opens it now and then for connections that no other process has taken.
 */
export class Acceptor {
  /** The mean number of connections of the processes that listen. */
  share = Number.POSITIVE_INFINITY;
  readonly #server: Server;
  readonly #descriptor: number;
  readonly #isShared: boolean;
  readonly #listener = createServer({ allowHalfOpen: true, noDelay: true });
  #open = 0;
  #accepted = 0;
  /** How many connections it may take before the next pause, if it holds more than its share. */
  #allowance = 1;
  #pauseMs = PAUSE_MS;
  #pauseTimer: NodeJS.Timeout | undefined;
  #serve = (socket: Socket) => void this.#server.emit('connection', socket);

  /** @param isShared whether other processes accept from the same socket */
  constructor(server: Server, descriptor: number, isShared: boolean) {
    this.#server = server;
    this.#descriptor = descriptor;
    this.#isShared = isShared;
    this.#listener.on('connection', (socket) => this.#take(socket));
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#open;
  }

  /** @throws the system's error, for example because another program listens on the port */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#listener.once('error', reject);
      this.#listener.once('listening', () => {
        this.#listener.off('error', reject);
        this.#listener.on('error', () => this.#pause());
        // From this event on, Node looks for clients that are too slow.
        this.#server.emit('listening');
        resolve();
      });
      this.#start();
    });
  }

  /**
   * Stops accepting once no connection waits. What it accepts meanwhile is served only then: a client that has its
   * answer would come back at once, and there would always be one that waits.
   */
  async close(): Promise<void> {
    this.share = Number.POSITIVE_INFINITY;
    clearTimeout(this.#pauseTimer);
    const held: Socket[] = [];
    this.#serve = (socket) => void held.push(socket);
    this.#start();
    for (let turns = 0; turns < MAX_LAST_TURNS; turns++) {
      const before = this.#accepted;
      // What was readable when this turn began is accepted in the next one.
      await nextTurn();
      await nextTurn();
      if (this.#accepted === before) break;
    }
    this.#listener.close();
    // The duplicates are closed, and the descriptor itself would keep the socket listening.
    if (this.#isShared) closeSync(this.#descriptor);
    for (const socket of held) this.#server.emit('connection', socket);
  }

  get #isOverShare(): boolean {
    return this.#open > this.share + SLACK;
  }

  #start(): void {
    if (this.#listener.listening) return;
    try {
      const fd = this.#isShared ? duplicateDescriptor(this.#descriptor) : this.#descriptor;
      this.#listener.listen({ fd, backlog: BACKLOG });
    } catch {
      this.#pause();
    }
  }

  #take(socket: Socket): void {
    this.#open++;
    this.#accepted++;
    socket.once('close', () => this.#open--);
    this.#serve(socket);
    if (this.#isOverShare && --this.#allowance <= 0) this.#pause();
  }

  #pause(): void {
    // The only descriptor is kept: there is no other process that could accept.
    if (!this.#isShared) return;
    this.#listener.close();
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = setTimeout(() => void this.#resume(), this.#pauseMs);
  }

  async #resume(): Promise<void> {
    // The more it holds, the more it takes: many connections at once are shared out in a few rounds.
    this.#allowance = this.#isOverShare ? 2 + Math.floor(this.#open / 8) : 1;
    const before = this.#accepted;
    this.#start();
    for (let seen = -1; seen !== this.#accepted; ) {
      seen = this.#accepted;
      await nextTurn();
    }
    const isLonger = this.#isOverShare && this.#accepted === before;
    this.#pauseMs = isLonger ? Math.min(2 * this.#pauseMs, MAX_PAUSE_MS) : PAUSE_MS;
    if (this.#isOverShare && this.#listener.listening) this.#pause();
  }
}
