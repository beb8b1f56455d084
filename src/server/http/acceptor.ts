import { closeSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { duplicateDescriptor, MissingPackageError } from '../../native/index.js';

/**
 * How many connections may wait for a process to accept them. A client for which there is no room tries again after a
 * second, and the server cannot tell since when it has waited.
 */
const BACKLOG = 4096;
/**
 * Node accepts one connection per descriptor and turn of the event loop, and under load a turn takes milliseconds. So
 * the process listens on this many descriptors of the socket.
 */
const DESCRIPTORS = 16;
/** A process pauses when it holds this many connections more than its share. */
const SLACK = 1;
/** The length of a pause, and the length that it grows to while there is nothing to accept. */
const PAUSE_MS = 5;
const MAX_PAUSE_MS = 40;
/** How many turns of the event loop `close` waits at most for a turn without a new connection. */
const MAX_LAST_TURNS = 1000;

/**
 * Accepts connections for an HTTP server from a listening socket that all serving processes share. A connection that
 * one process does not accept goes to another.
 *
 * The kernel wakes every process for a new connection, and often the same process is first. So a process that holds
 * more connections than its share pauses: it closes its descriptor of the socket, so that the kernel does not wake it,
 * and reopens it from time to time for connections that no other process has accepted.
 */
export class Acceptor {
  readonly #server: Server;
  readonly #descriptor: number;
  readonly #isShared: boolean;
  readonly #listener = this.#createListener();
  /** The other descriptors, if the system can duplicate one. */
  readonly #helpers = Array.from({ length: DESCRIPTORS - 1 }, () => this.#createListener());
  #share = Number.POSITIVE_INFINITY;
  #acceptsAll = false;
  #closed: Promise<void> | undefined;
  #open = 0;
  #accepted = 0;
  /** How many connections this process may accept before its next pause, if it holds more than its share. */
  #allowance = 1;
  #pauseMs = PAUSE_MS;
  #pauseTimer: NodeJS.Timeout | undefined;
  /** Whether it pauses until its share changes. */
  #isStopped = false;
  #serve = (socket: Socket) => void this.#server.emit('connection', socket);

  /** @param isShared whether other processes accept from the same socket */
  constructor(server: Server, descriptor: number, isShared: boolean) {
    this.#server = server;
    this.#descriptor = descriptor;
    this.#isShared = isShared;
    // Another descriptor accepts what a helper does not.
    for (const helper of this.#helpers) helper.on('error', () => helper.close());
  }

  /** Number of open connections. */
  get open(): number {
    return this.#open;
  }

  /** @param connections how many this process should hold: the mean number per listening process, or less than 0 */
  set share(connections: number) {
    if (this.#acceptsAll) return;
    this.#share = connections;
    if (this.#isOverShare && this.#listener.listening) this.#pause();
    // It has not been told to accept nothing any more.
    else if (this.#isStopped && connections >= 0) this.#pause();
  }

  /**
   * @throws the system's error, for example if another program listens on the port
   * @throws {MissingPackageError}
   */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#listener.once('error', reject);
      this.#listener.once('listening', () => {
        this.#listener.off('error', reject);
        this.#listener.on('error', () => this.#pause());
        // From this event on, Node checks for clients that are too slow.
        this.#server.emit('listening');
        resolve();
      });
      this.#start();
    });
  }

  /** Accepts every waiting connection from now on, whatever its share is. */
  acceptAll(): void {
    this.#acceptsAll = true;
    this.#share = Number.POSITIVE_INFINITY;
    clearTimeout(this.#pauseTimer);
    this.#start();
  }

  /**
   * Stops accepting once no connection is waiting. Connections that are accepted in the meantime are served only
   * after that: a client with an answer would reconnect at once, and there would always be a waiting connection.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const held: Socket[] = [];
    this.#serve = (socket) => void held.push(socket);
    this.acceptAll();
    for (let turns = 0; turns < MAX_LAST_TURNS; turns++) {
      const before = this.#accepted;
      // A connection that was ready when this turn began is accepted in the next one.
      await nextTurn();
      await nextTurn();
      if (this.#accepted === before) break;
    }
    this.#stop();
    // The duplicates are closed, and the descriptor itself would keep the socket listening.
    if (this.#isShared) closeSync(this.#descriptor);
    for (const socket of held) this.#server.emit('connection', socket);
  }

  get #isOverShare(): boolean {
    return this.#open > this.#share + SLACK;
  }

  #createListener(): NetServer {
    const listener = createServer({ allowHalfOpen: true, noDelay: true });
    return listener.on('connection', (socket) => this.#take(socket));
  }

  #start(): void {
    if (this.#listener.listening) return;
    try {
      const fd = this.#isShared ? duplicateDescriptor(this.#descriptor) : this.#descriptor;
      this.#listener.listen({ fd }, BACKLOG);
    } catch (error) {
      if (error instanceof MissingPackageError) throw error;
      this.#pause();
      return;
    }
    if (!this.#isOverShare) this.#startHelpers();
  }

  #startHelpers(): void {
    try {
      for (const helper of this.#helpers) {
        if (helper.listening) continue;
        helper.listen({ fd: duplicateDescriptor(this.#descriptor) }, BACKLOG);
      }
    } catch {
      // Without them, connections are only accepted more slowly.
    }
  }

  #stop(): void {
    for (const listener of [this.#listener, ...this.#helpers]) listener.close();
  }

  #take(socket: Socket): void {
    this.#open++;
    this.#accepted++;
    socket.once('close', () => this.#open--);
    this.#serve(socket);
    if (this.#isOverShare && --this.#allowance <= 0) this.#pause();
  }

  #pause(): void {
    // Without other processes, no other descriptor could accept, so this one stays open.
    if (!this.#isShared) return;
    this.#stop();
    clearTimeout(this.#pauseTimer);
    // With a share below 0, it is others that accept.
    this.#isStopped = this.#share < 0;
    if (this.#isStopped) return;
    this.#pauseTimer = setTimeout(() => void this.#resume(), this.#pauseMs);
  }

  async #resume(): Promise<void> {
    // The more connections it holds, the more it accepts, so that many connections are distributed in a few rounds.
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
