import {
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanContext,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';

/** A span that has ended, as an SDK would export it. */
export interface EndedSpan {
  readonly name: string;
  readonly kind: number | undefined;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly links: readonly Link[];
  readonly events: readonly { readonly name: string; readonly attributes: unknown }[];
  readonly status: number;
}

/** An SDK that keeps the spans that have ended, and samples all traces but those whose parent was not sampled. */
export class FakeProvider implements TracerProvider {
  readonly spans: EndedSpan[] = [];
  flushes = 0;
  #nextId = 1;

  getTracer(): Tracer {
    return {
      startSpan: (name, options, context) => this.#start(name, options, context),
      startActiveSpan() {
        throw new Error('the spans are made after the fact');
      },
    };
  }

  async forceFlush(): Promise<void> {
    this.flushes++;
  }

  #start(name: string, options: SpanOptions = {}, context?: Context): Span {
    const parent = context && trace.getSpanContext(context);
    const id = this.#nextId++;
    const spanContext = {
      traceId: parent?.traceId ?? id.toString(16).padStart(32, '0'),
      spanId: id.toString(16).padStart(16, '0'),
      traceFlags: parent?.traceFlags ?? 1,
    };
    const isRecording = spanContext.traceFlags === 1;
    const events: { name: string; attributes: unknown }[] = [];
    let status = 0;
    const span: Span = {
      spanContext: () => spanContext,
      isRecording: () => isRecording,
      end: (endTime) => {
        if (!isRecording) return;
        this.spans.push({
          name,
          kind: options.kind,
          context: spanContext,
          parent,
          startMs: Number(options.startTime),
          endMs: Number(endTime),
          attributes: options.attributes ?? {},
          links: options.links ?? [],
          events,
          status,
        });
      },
      addEvent(eventName, attributes) {
        events.push({ name: eventName, attributes });
        return span;
      },
      setStatus({ code }) {
        status = code;
        return span;
      },
      setAttribute: () => span,
      setAttributes: () => span,
      addLink: () => span,
      addLinks: () => span,
      updateName: () => span,
      recordException() {},
    };
    return span;
  }
}
