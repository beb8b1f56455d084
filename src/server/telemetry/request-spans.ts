import type { IncomingMessage } from 'node:http';
import {
  type Attributes,
  type Context,
  ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { Clock, Millis, Settlement } from '../../batcher/index.js';
import { Problem, type ProblemCode } from '../problem/problem.js';
import { programVersion } from '../program-version.js';
import { BatchSpans } from './batch-spans.js';
import { epochMs } from './epoch-ms.js';

/** What the spans of a request are made from. */
export interface TracedRequest {
  readonly id: string;
  readonly startedMs: Millis;
  readonly incoming: Pick<IncomingMessage, 'method' | 'url' | 'headers'>;
  readonly outgoing: {
    readonly destroyed: boolean;
    once(event: 'close', listener: () => void): unknown;
  };
}

type Outcomes = readonly (Settlement<unknown> | Problem)[];

/** An SDK's provider; most can send what they have gathered at once. */
type SdkProvider = TracerProvider & { readonly forceFlush?: () => Promise<void> };

/** Opens the spans of requests, if an OpenTelemetry SDK was registered before the program started. */
export function openRequestSpans(clock: Clock): RequestSpans | undefined {
  const provider = registeredProvider();
  return provider && new RequestSpans(provider, clock);
}

function registeredProvider(): SdkProvider | undefined {
  const provider: TracerProvider & Partial<Pick<ProxyTracerProvider, 'getDelegate'>> =
    trace.getTracerProvider();
  const delegate: SdkProvider = provider.getDelegate?.() ?? provider;
  // What stands for the SDK if there is none.
  const nothing = new ProxyTracerProvider().getDelegate();
  return delegate === nothing ? undefined : delegate;
}

/**
 * Makes the spans of each request once its answer has been sent, from the times that the server knows anyway: the
 * request, which continues the trace that its headers name; below it `receive`, and for each image `decode`, `queue` and
 * `infer`, then `respond`; and apart from them `batch`, linked to the requests whose images it contained.
 */
export class RequestSpans {
  readonly #provider: SdkProvider;
  readonly #tracer: Tracer;
  readonly #batches: BatchSpans;
  readonly #clock: Clock;

  constructor(provider: SdkProvider, clock: Clock) {
    this.#provider = provider;
    this.#tracer = provider.getTracer('batch-dispatch', programVersion());
    this.#batches = new BatchSpans(this.#tracer, clock);
    this.#clock = clock;
  }

  /** A request was answered with 200; an image of a form may have failed. */
  answered(request: TracedRequest, outcomes: Outcomes): void {
    // The path of an answered request contains only names of the server.
    const name = `${request.incoming.method} ${pathOf(request)}`;
    const attributes = { 'http.response.status_code': 200 };
    request.outgoing.once('close', () => {
      const span = this.#begin(request, name, attributes);
      if (span.isRecording()) this.#images(request, span, outcomes);
      span.end(epochMs(this.#clock.now()));
    });
  }

  /** A request was refused or failed. */
  refused(request: TracedRequest, code: ProblemCode | 'client_gone', status: number): void {
    const isGone = code === 'client_gone';
    const attributes = {
      'batch_dispatch.code': code,
      ...(isGone ? {} : { 'http.response.status_code': status }),
      ...(status < 500 ? {} : { 'error.type': code }),
    };
    const record = () => {
      const span = this.#begin(request, String(request.incoming.method), attributes);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(epochMs(this.#clock.now()));
    };
    if (request.outgoing.destroyed) record();
    else request.outgoing.once('close', record);
  }

  /** Sends all spans that have been made. */
  async flush(): Promise<void> {
    this.#batches.close();
    await this.#provider.forceFlush?.();
  }

  #begin({ id, incoming, startedMs }: TracedRequest, name: string, attributes: Attributes): Span {
    const options = {
      kind: SpanKind.SERVER,
      startTime: epochMs(startedMs),
      attributes: {
        'http.request.method': incoming.method ?? '',
        'url.path': pathOf({ incoming }),
        'batch_dispatch.request_id': id,
        ...attributes,
      },
    };
    return this.#tracer.startSpan(
      name,
      options,
      propagation.extract(ROOT_CONTEXT, incoming.headers),
    );
  }

  #images({ startedMs }: TracedRequest, request: Span, outcomes: Outcomes): void {
    const parent = trace.setSpan(ROOT_CONTEXT, request);
    let acceptedMs = Number.POSITIVE_INFINITY;
    let finishedMs = 0;
    outcomes.forEach((outcome, i) => {
      const image = outcomes.length > 1 ? { 'batch_dispatch.image': i } : {};
      if (outcome instanceof Problem) {
        request.addEvent('image failed', { ...image, 'batch_dispatch.code': outcome.code });
        return;
      }
      const { batchSize, reason } = outcome;
      acceptedMs = Math.min(acceptedMs, outcome.acceptedMs);
      finishedMs = Math.max(finishedMs, outcome.finishedMs);
      this.#child(parent, 'decode', outcome.acceptedMs, outcome.enteredMs, image);
      this.#child(parent, 'queue', outcome.enteredMs, outcome.dispatchedMs, image);
      this.#child(parent, 'infer', outcome.dispatchedMs, outcome.finishedMs, {
        ...image,
        'batch_dispatch.batch.size': batchSize,
        'batch_dispatch.batch.reason': reason,
      });
      this.#batches.add(outcome, request.spanContext());
    });
    if (finishedMs === 0) return;
    this.#child(parent, 'receive', startedMs, acceptedMs);
    this.#child(parent, 'respond', finishedMs, this.#clock.now());
  }

  #child(parent: Context, name: string, fromMs: Millis, toMs: Millis, attributes: Attributes = {}) {
    this.#tracer
      .startSpan(name, { startTime: epochMs(fromMs), attributes }, parent)
      .end(epochMs(toMs));
  }
}

function pathOf({ incoming }: Pick<TracedRequest, 'incoming'>): string {
  return incoming.url?.split('?', 1)[0] ?? '';
}
