// The traces of the API: a span for each request, one for each load that it waits for, and that of
// a write handed to Postgres, whose outbox row carries it on. Nothing of it without a collector.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestHandler } from 'express';
import type { Span, Tracing } from '../platform/tracing.ts';
import type { WriteDatabase } from './database.ts';

const requests = new AsyncLocalStorage<Span>();

export function traceRequests(tracing: Tracing): RequestHandler[] {
  if (!tracing.isOn) {
    return [];
  }
  return [
    (request, response, next) => {
      const { method, headers } = request;
      const { traceparent: parent } = headers;
      const options = { parent: typeof parent === 'string' ? parent : undefined };
      const span = tracing.startSpan(method, { kind: 'server', ...options });
      response.once('close', () => {
        const { route } = request as { route?: { path: string } };
        const { statusCode } = response;
        span.end({
          name: route === undefined ? method : `${method} ${route.path}`,
          failed: statusCode >= 500,
          attributes: {
            'http.request.method': method,
            'http.response.status_code': statusCode,
            ...(route === undefined ? {} : { 'http.route': route.path }),
          },
        });
      });
      requests.run(span, next);
    },
  ];
}

/** The settings of a transaction are those of its trace: the trigger's row takes it from there. */
export function traceWrites(tracing: Tracing, database: WriteDatabase): WriteDatabase {
  if (!tracing.isOn) {
    return database;
  }
  return {
    transaction: async (work) => {
      const parent = requests.getStore()?.traceparent;
      const span = tracing.startSpan('transaction', { kind: 'client', parent });
      try {
        return await database.transaction(async (transaction) => {
          const text = "select set_config('cinesync.traceparent', $1, true)";
          await transaction.query({ text, values: [span.traceparent ?? ''] });
          return await work(transaction);
        });
      } finally {
        span.end();
      }
    },
  };
}

export function traceLoads<Loaded>(
  tracing: Tracing,
  resource: string,
  load: (code: string) => Promise<Loaded>,
): (code: string) => Promise<Loaded> {
  if (!tracing.isOn) {
    return load;
  }
  return async (code) => {
    const parent = requests.getStore()?.traceparent;
    const span = tracing.startSpan(`load ${resource}`, { kind: 'client', parent });
    try {
      return await load(code);
    } finally {
      span.end();
    }
  };
}
