import type { GpuReply, GpuRequest } from '../../src/decode/gpu/gpu-messages.js';
import { FakeThread } from './fake-thread.js';

/** A thread of the GPU decoder, in this thread: buffers change hands as with a real one. */
export class FakeGpuThread extends FakeThread<GpuRequest, GpuReply> {
  readonly requests: GpuRequest[] = [];

  /**
   * @param answer the reply to a request; none leaves it unanswered
   * @param refusal why the thread does not start
   */
  constructor(answer: (request: GpuRequest) => GpuReply | undefined, refusal?: string) {
    super(() => {
      if (refusal !== undefined) throw new Error(refusal);
      return {
        ready: undefined,
        answer: (request) => {
          this.requests.push(request);
          const reply = answer(request);
          if (!reply) return new Promise(() => {});
          const buffers = reply.results.flatMap(({ bytes, pixels }) => [
            bytes.buffer,
            pixels.buffer,
          ]);
          return { reply, transfer: buffers as ArrayBuffer[] };
        },
      };
    });
  }
}
