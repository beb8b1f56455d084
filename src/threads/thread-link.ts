import { messageOf } from '../message-of.js';
import type { RequestMessage, ThreadMessage } from './thread-messages.js';

/** A thread as its link sees it: a Worker, or a test's substitute. */
export interface Thread {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (message: object) => void): unknown;
  on(event: 'messageerror', listener: (error: Error) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): Promise<unknown>;
}

/** The thread could not start. The message is for the operator. */
export class ThreadRefusedError extends Error {
  override readonly name = 'ThreadRefusedError';
}

/** The thread stopped by itself after it was ready, so the request has no reply. */
export class ThreadEndedError extends Error {
  override readonly name = 'ThreadEndedError';
}

/** The thread was closed before the request had its reply. */
export class ThreadClosedError extends Error {
  override readonly name = 'ThreadClosedError';
}

interface Pending<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The main thread's end of a worker thread that runs `serveThread`. Each request gets exactly the reply that has its
 * id. When the thread stops, for any reason, every request without a reply is rejected, and so is every later one.
 */
export class ThreadLink<Request, Reply, Ready = void, Progress = never> {
  /** Resolves when the thread has started. Rejects with ThreadRefusedError if it cannot. */
  readonly ready: Promise<Ready>;
  /**
   * Resolves with the reason when the thread stops: it was closed, refused to start, threw outside of a request,
   * exited, or sent a message that cannot be read or that no request expects. Never rejects.
   */
  readonly ended: Promise<Error>;
  readonly #name: string;
  readonly #thread: Thread;
  readonly #pending = new Map<number, Pending<Reply>>();
  #starting: Pending<Ready> = { resolve() {}, reject() {} };
  #tellEnded: (reason: Error) => void = () => {};
  #nextId = 0;
  #isReady = false;
  /** Why requests are rejected; undefined while the thread runs. */
  #stopped: Error | undefined;

  /**
   * @param name describes the thread in messages: "decode thread"
   * @param progress called with each progress message that the thread sends while it starts
   */
  constructor(name: string, thread: Thread, progress: (progress: Progress) => void = () => {}) {
    this.#name = name;
    this.#thread = thread;
    this.ready = new Promise((resolve, reject) => {
      this.#starting = { resolve, reject };
    });
    // A refusal must not end the process if nothing awaits `ready`.
    this.ready.catch(() => {});
    this.ended = new Promise((resolve) => {
      this.#tellEnded = resolve;
    });
    thread.on('message', (message) => {
      this.#receive(message as ThreadMessage<Reply, Ready, Progress>, progress);
    });
    thread.on('messageerror', (error) => {
      this.#fail(`sent a message that cannot be read: ${firstLine(error)}`);
    });
    thread.on('error', (error) => this.#fail(`failed: ${firstLine(error)}`));
    thread.on('exit', (code) => this.#fail(`ended with code ${code}`));
  }

  /**
   * Sends a request. A request that is sent before the thread is ready waits until it is.
   *
   * @param transfer buffers to transfer; if the thread has stopped, they stay with the caller
   * @returns the thread's reply
   * @throws {ThreadRefusedError} {ThreadEndedError} {ThreadClosedError} the thread has stopped
   * @throws {Error} the error that the thread threw while it handled the request
   */
  ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) throw this.#stopped;
      const id = this.#nextId++;
      const message: RequestMessage<Request> = { id, request };
      this.#thread.postMessage(message, transfer);
      this.#pending.set(id, { resolve, reject });
    });
  }

  /** Terminates the thread. Requests without a reply are rejected. */
  async close(): Promise<void> {
    this.#stop(new ThreadClosedError(`the ${this.#name} was closed`));
    await this.#thread.terminate();
  }

  #receive(
    message: ThreadMessage<Reply, Ready, Progress>,
    progress: (progress: Progress) => void,
  ): void {
    if (this.#stopped) return;
    switch (message.kind) {
      case 'reply':
        this.#take(message.id)?.resolve(message.reply);
        break;
      case 'failed':
        this.#take(message.id)?.reject(new Error(message.message));
        break;
      case 'progress':
        progress(message.progress);
        break;
      case 'ready':
        this.#isReady = true;
        this.#starting.resolve(message.ready);
        break;
      case 'refused':
        this.#stop(new ThreadRefusedError(message.message));
        void this.#thread.terminate();
    }
  }

  /** Removes and returns the request with this id. */
  #take(id: number): Pending<Reply> | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (!pending) this.#fail(`replied to request ${id}, which awaits no reply`);
    return pending;
  }

  #fail(what: string): void {
    const message = `the ${this.#name} ${what}`;
    this.#stop(this.#isReady ? new ThreadEndedError(message) : new ThreadRefusedError(message));
  }

  #stop(reason: Error): void {
    if (this.#stopped) return;
    this.#stopped = reason;
    // This comes first, so that the owner has replaced the thread before callers of failed requests try again.
    this.#tellEnded(reason);
    this.#starting.reject(reason);
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? '';
}
