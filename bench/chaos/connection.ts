import { connect, type Socket } from 'node:net';
import { type Answer, AnswerReader } from './answer-reader.js';

/**
 * How a request ended: with an answer; without one, because the connection was closed or could not be opened; or not at
 * all within the time that it was given.
 */
export type Ending = Answer | 'reset' | 'refused' | 'hung';

/** A client's connection, which sends any bytes and receives the answers in their order. */
export class Connection {
  readonly openedMs = performance.now();
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  readonly #waiting: ((ending: Ending) => void)[] = [];
  readonly #early: Answer[] = [];
  #end: 'reset' | 'refused' | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (bytes) => {
      for (const answer of this.#reader.read(bytes)) this.#take(answer);
    });
    this.#socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED') this.#end = 'refused';
    });
    this.#socket.once('close', () => {
      this.#end ??= 'reset';
      for (const end of this.#waiting.splice(0)) end(this.#end);
    });
  }

  /** Whether an answer has said that the server closes the connection. */
  get isAnnouncedOver(): boolean {
    return this.#reader.isLast;
  }

  /** Whether no further request can be sent. */
  get isOver(): boolean {
    return this.#end !== undefined || this.isAnnouncedOver || this.#socket.destroyed;
  }

  write(bytes: Buffer): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Does not read for a while, like a client on a slow line. */
  stopReading(forMs: number): void {
    this.#socket.pause();
    setTimeout(() => this.#socket.resume(), forMs);
  }

  /** The next answer. Answers come in the order of the requests. */
  answer(limitMs: number): Promise<Ending> {
    const early = this.#early.shift();
    if (early !== undefined) return Promise.resolve(early);
    if (this.#end !== undefined) return Promise.resolve(this.#end);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve('hung'), limitMs);
      this.#waiting.push((ending) => {
        clearTimeout(timer);
        resolve(ending);
      });
    });
  }

  /** @param withReset sends RST, as a program does that is killed with unread data */
  close(withReset = false): void {
    if (withReset && !this.#socket.connecting) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  #take(answer: Answer): void {
    const next = this.#waiting.shift();
    if (next) next(answer);
    else this.#early.push(answer);
  }
}
