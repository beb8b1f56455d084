import type { GpuThread } from '../../src/decode/gpu/gpu-lane.js';
import type { GpuReply, GpuRequest } from '../../src/decode/gpu/gpu-messages.js';

/** A GPU decoder thread that runs in this thread; buffers are transferred as with a real one. */
export class FakeGpuThread implements GpuThread {
  readonly requests: GpuRequest[] = [];
  isEnded = false;
  readonly #answer: (request: GpuRequest) => GpuReply | undefined;
  #listen: (reply: GpuReply) => void = () => {};

  /**
   * @param started the reply to its start
   * @param answer the reply to a request; undefined leaves the request unanswered
   */
  constructor(started: GpuReply, answer: (request: GpuRequest) => GpuReply | undefined) {
    this.#answer = answer;
    setImmediate(() => this.#listen(started));
  }

  postMessage(request: GpuRequest, transfer: readonly ArrayBuffer[]): void {
    const received = structuredClone(request, { transfer: [...transfer] });
    this.requests.push(received);
    setImmediate(() => {
      const reply = this.#answer(received);
      if (!reply) return;
      const results = 'results' in reply ? reply.results : [];
      const buffers = results.flatMap(({ bytes, pixels }) => [bytes.buffer, pixels.buffer]);
      this.#listen(structuredClone(reply, { transfer: buffers as ArrayBuffer[] }));
    });
  }

  on(event: 'message' | 'error', listen: (value: never) => void): void {
    if (event === 'message') this.#listen = listen as (reply: GpuReply) => void;
  }

  async terminate(): Promise<void> {
    this.isEnded = true;
  }
}
