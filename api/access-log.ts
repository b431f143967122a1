// One log line and one observation per request, by route template: never a value of a request.

import type { ServerResponse } from 'node:http';
import type { RequestHandler, Response } from 'express';
import { Histogram } from 'prom-client';
import { TransientError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import { requestIdOf } from './request-id.ts';

export interface AccessLogOptions {
  logger: Logger;
  metrics: Metrics;
}

const durationBucketsSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

export interface AccessLog {
  /** Notes every request that passes when its answer has ended. */
  readonly watch: RequestHandler;
  /** One that comes to `watch` later than it began. */
  begin(response: ServerResponse, startedMs: number): void;
  /** Notes one that was answered already. */
  record(request: AnsweredRequest): void;
}

export interface AnsweredRequest {
  method: string | undefined;
  route: string;
  status: number;
  durationMs: number;
  requestId: string;
  /** Further fields of the line. */
  details?: (() => Record<string, unknown>) | undefined;
}

export function createAccessLog(options: AccessLogOptions): AccessLog {
  const logger = options.logger.child({ component: 'http' });
  const durations = new Histogram({
    name: 'cinesync_http_request_duration_seconds',
    help: 'Time from the request to the end of its answer, by route and status class',
    labelNames: ['route', 'status'],
    buckets: durationBucketsSeconds,
    registers: [options.metrics],
  });

  const begun = new WeakMap<ServerResponse, number>();

  function record(answered: AnsweredRequest): void {
    const { method, route, status, durationMs, requestId, details } = answered;
    durations.observe({ route, status: statusClass(status) }, durationMs / 1000);
    const level = levelOf(status);
    if (logger.isLevelEnabled(level)) {
      const fields = {
        event: 'http.request',
        method,
        route,
        status,
        duration_ms: Math.round(durationMs * 10) / 10,
        request_id: requestId,
        ...details?.(),
      };
      logger[level](fields, `${method} ${route} ${status}`);
    }
  }

  return {
    begin: (response, startedMs) => void begun.set(response, startedMs),
    record,
    watch: (request, response, next) => {
      const startedMs = begun.get(response) ?? performance.now();
      response.once('close', () => {
        record({
          method: request.method,
          route: routeOf(response),
          status: response.statusCode,
          durationMs: performance.now() - startedMs,
          requestId: requestIdOf(response),
          details: () => ({
            ...(response.writableFinished ? {} : { aborted: true }),
            ...faultFields(response),
          }),
        });
      });
      next();
    },
  };
}

/** What went wrong behind an answer, for its log line. */
export function rememberFault(response: Response, error: unknown): void {
  response.locals.fault = error;
}

/** The template, `/cities/:code`; of the pages under a folder the folder. */
function routeOf(response: Response): string {
  const { route, baseUrl } = response.req as { route?: { path: string }; baseUrl: string };
  return route?.path ?? (baseUrl || 'none');
}

function statusClass(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}

function levelOf(status: number): 'error' | 'warn' | 'info' | 'debug' {
  if (status >= 500) {
    return status === 500 ? 'error' : 'warn';
  }
  return status >= 400 ? 'info' : 'debug';
}

/** What will heal needs no stack. */
function faultFields(response: Response): Record<string, unknown> {
  const { fault } = response.locals as { fault?: unknown };
  if (fault instanceof TransientError) {
    return { reason: fault.message };
  }
  return fault === undefined ? {} : { error: fault };
}
