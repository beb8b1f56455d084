import { type MessagePort, parentPort } from 'node:worker_threads';
import { messageOf } from '../message-of.js';
import type { RequestMessage, ThreadMessage } from './thread-messages.js';

/** The reply to a request, and the buffers that are transferred with it. */
export interface Answer<Reply> {
  readonly reply: Reply;
  readonly transfer: readonly ArrayBuffer[];
}

/** A thread that has started. */
export interface StartedThread<Request, Reply, Ready> {
  /** What the main thread gets once the thread has started. */
  readonly ready: Ready;
  /** Handles one request. Requests may overlap while this awaits. An exception rejects the request. */
  readonly answer: (request: Request) => Answer<Reply> | Promise<Answer<Reply>>;
}

/**
 * The worker thread's end of a `ThreadLink`: starts, reports that it is ready, and sends one reply to each request.
 *
 * @param start prepares the thread and may report progress; if it throws, the main thread gets the error as a refusal
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
    // The request cannot be identified, so the thread fails as a whole, and its link rejects all pending requests.
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
