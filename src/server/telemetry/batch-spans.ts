import { type Link, ROOT_CONTEXT, type SpanContext, type Tracer } from '@opentelemetry/api';
import type { Clock, Millis, Settlement } from '../../batcher/index.js';
import { epochMs } from './epoch-ms.js';

/** A batch waits this long for requests that are not traced, failed, or have not been sent yet. */
const MAX_WAIT_MS: Millis = 5000;

interface Batch {
  readonly first: Settlement<unknown>;
  readonly links: Link[];
  finishedMs: Millis;
}

/**
 * Makes a span for each batch that contained an image of a traced request, linked to these requests. It is made when the
 * requests of all images are known, or after a while.
 */
export class BatchSpans {
  readonly #tracer: Tracer;
  readonly #clock: Clock;
  /** By the time of their dispatch, which no two batches of a process share; the oldest is first. */
  readonly #batches = new Map<Millis, Batch>();
  #callOff: (() => void) | undefined;

  constructor(tracer: Tracer, clock: Clock) {
    this.#tracer = tracer;
    this.#clock = clock;
  }

  /** An image and the span of its request. */
  add(image: Settlement<unknown>, request: SpanContext): void {
    const { dispatchedMs, finishedMs, batchSize } = image;
    // Its batch may have been closed.
    if (this.#clock.now() - finishedMs > MAX_WAIT_MS) return;
    const batch = this.#batches.get(dispatchedMs) ?? { first: image, links: [], finishedMs };
    this.#batches.set(dispatchedMs, batch);
    batch.links.push({ context: request });
    batch.finishedMs = Math.max(batch.finishedMs, finishedMs);
    if (batch.links.length === batchSize) this.#end(batch);
    else this.#callOff ??= this.#clock.schedule(MAX_WAIT_MS, () => this.#endOld());
  }

  /** Makes the spans of all batches, complete or not. */
  close(): void {
    this.#callOff?.();
    for (const batch of this.#batches.values()) this.#end(batch);
  }

  #endOld(): void {
    this.#callOff = undefined;
    const now = this.#clock.now();
    for (const batch of this.#batches.values()) {
      if (now - batch.finishedMs >= MAX_WAIT_MS) this.#end(batch);
    }
    if (this.#batches.size > 0) {
      this.#callOff = this.#clock.schedule(MAX_WAIT_MS, () => this.#endOld());
    }
  }

  #end({ first, links, finishedMs }: Batch): void {
    const { dispatchedMs, batchSize, reason } = first;
    this.#batches.delete(dispatchedMs);
    const attributes = {
      'batch_dispatch.batch.size': batchSize,
      'batch_dispatch.batch.reason': reason,
    };
    const options = { startTime: epochMs(dispatchedMs), attributes, links };
    this.#tracer.startSpan('batch', options, ROOT_CONTEXT).end(epochMs(finishedMs));
  }
}
