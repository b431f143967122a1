// Traces, where OTEL_EXPORTER_OTLP_ENDPOINT names a collector. Without it OpenTelemetry is not even
// loaded, and every call here does nothing.

import type { Component } from './run-process.ts';

export interface Span {
  /** As the W3C writes it, for whoever goes on from here; undefined while nothing is traced. */
  readonly traceparent: string | undefined;
  end(outcome?: SpanOutcome): void;
}

export interface SpanOutcome {
  /** Known better at the end: the route of a request. */
  name?: string;
  failed?: boolean;
  attributes?: Attributes;
}

export type Attributes = Record<string, number | string>;

export interface SpanOptions {
  kind: 'client' | 'consumer' | 'producer' | 'server';
  /** A traceparent; anything else begins a trace of its own. */
  parent?: string | undefined;
  attributes?: Attributes;
}

export interface Tracer {
  startSpan(name: string, options: SpanOptions): Span;
  /** Sends what is left. */
  close(): Promise<void>;
}

const nothing: Span = { traceparent: undefined, end: () => undefined };

export class Tracing implements Component {
  readonly name = 'tracing';
  readonly #process: string;
  readonly #endpoint: string | undefined;
  #tracer: Tracer | undefined;

  constructor(options: { process: string; endpoint: string | undefined }) {
    this.#process = options.process;
    this.#endpoint = options.endpoint;
  }

  get isOn(): boolean {
    return this.#endpoint !== undefined;
  }

  async start(): Promise<void> {
    if (this.#endpoint !== undefined) {
      const { openTracer } = await import('./clients/open-telemetry.ts');
      this.#tracer = openTracer({ process: this.#process, endpoint: this.#endpoint });
    }
  }

  async stop(): Promise<void> {
    await this.#tracer?.close();
    this.#tracer = undefined;
  }

  startSpan(name: string, options: SpanOptions): Span {
    return this.#tracer?.startSpan(name, options) ?? nothing;
  }
}
