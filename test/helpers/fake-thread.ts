import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { type StartedThread, serveThread, type Thread } from '../../src/threads/index.js';

/** A worker thread that runs in this thread, behind a real channel: messages are copied, and buffers change hands. */
export class FakeThread<Request, Reply, Ready = void, Progress = never> implements Thread {
  isTerminated = false;
  /** The main thread's end of the channel, and the worker's. */
  readonly port: MessagePort;
  readonly workerPort: MessagePort;
  readonly #events = new EventEmitter();

  constructor(start: Parameters<typeof serveThread<Request, Reply, Ready, Progress>>[0]) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.workerPort = port2;
    void serveThread(start, port2);
  }

  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void {
    this.port.postMessage(message, transfer);
  }

  on(event: string, listener: (value: never) => void): void {
    const listen = listener as (value: unknown) => void;
    if (event === 'message' || event === 'messageerror') this.port.on(event, listen);
    else this.#events.on(event, listen);
  }

  /** What a Worker does when its thread throws outside of a request. */
  fail(error: Error): void {
    this.#events.emit('error', error);
    this.exit(1);
  }

  /** What a Worker does when its thread has ended. */
  exit(code: number): void {
    this.port.close();
    this.#events.emit('exit', code);
  }

  async terminate(): Promise<void> {
    this.isTerminated = true;
    this.exit(1);
  }
}

/** A thread that is ready at once. */
export function startedWith<Request, Reply>(
  answer: StartedThread<Request, Reply, void>['answer'],
): StartedThread<Request, Reply, void> {
  return { ready: undefined, answer };
}
