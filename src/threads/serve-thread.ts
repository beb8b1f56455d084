import { type MessagePort, parentPort } from 'node:worker_threads';
import { messageOf } from '../message-of.js';
import type { RequestMessage, ThreadMessage } from './thread-messages.js';

/** The reply to a request, and the buffers that change hands with it. */
export interface Answer<Reply> {
  readonly reply: Reply;
  readonly transfer: readonly ArrayBuffer[];
}

/** A thread that has started. */
export interface StartedThread<Request, Reply, Ready> {
  /** What the main thread is told of the start. */
  readonly ready: Ready;
  /** Handles one request. Requests may overlap where this waits. What it throws rejects the request. */
  readonly answer: (request: Request) => Answer<Reply> | Promise<Answer<Reply>>;
}

/**
 * The worker thread's end of a `ThreadLink`: starts, says so, and sends one reply to each request.
 *
 * @param start prepares the thread and may report progress; what it throws is the refusal that the main thread is told
 */
export async function serveThread<Request, Reply, Ready = void, Progress = never>(
  start: (
    progress: (progress: Progress) => void,
  ) => Promise<StartedThread<Request, Reply, Ready>> | StartedThread<Request, Reply, Ready>,
  port = parentPort as MessagePort,
): Promise<void> {
  const post = (
    message: ThreadMessage<Reply, Ready, Progress>,
    transfer: readonly ArrayBuffer[] = [],
  ) => port.postMessage(message, transfer);
  try {
    const { ready, answer } = await start((progress) => post({ kind: 'progress', progress }));
    // Nobody knows which request it was, so the thread fails as a whole, and its link rejects all that it had.
    port.on('messageerror', (error: Error) => {
      throw error;
    });
    port.on('message', async ({ id, request }: RequestMessage<Request>) => {
      try {
        const { reply, transfer } = await answer(request);
        post({ kind: 'reply', id, reply }, transfer);
      } catch (error) {
        post({ kind: 'failed', id, message: messageOf(error) });
      }
    });
    post({ kind: 'ready', ready });
  } catch (error) {
    post({ kind: 'refused', message: messageOf(error) });
  }
}
