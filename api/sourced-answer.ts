// The answer of a cached route: where it came from and the data. The data is JSON text already, as
// stored, and is joined into the answer without being parsed.

import type { IncomingHttpHeaders } from 'node:http';
import type { Response } from 'express';
import { z } from 'zod';
import type { ReadResult } from '../cache/read-result.ts';
import { acceptsGzip } from './accepts-gzip.ts';
import { jsonContentType } from './endpoint.ts';
import { hasTag } from './entity-tags.ts';
import { Problem } from './problem.ts';
import { setHeaders } from './security-headers.ts';

export function sourcedSchema<Data extends z.ZodType>(data: Data) {
  const source = z.enum(['cache', 'database']).meta({ description: 'Where the data came from' });
  return z.object({ source, data });
}

/** What every sourced answer may be instead. */
export const notModifiedResponse = { description: 'Still what If-None-Match names' };

export interface SourcedAnswer {
  status: 200 | 304;
  /** Name, value, name, value. */
  headers: string[];
  body: Buffer | undefined;
}

/**
 * Clients may keep an answer and must ask before they use it again (`no-cache`): what they are told
 * by 304 is as fresh as any answer. One that is marked as stale is not to be kept.
 */
export function sourcedAnswer(asked: IncomingHttpHeaders, result: ReadResult): SourcedAnswer {
  const { answer, status, stale, kept } = result;
  const headers = ['cache-status', status, 'vary', 'Accept-Encoding'];
  if (stale) {
    headers.push('x-cache', 'STALE', 'cache-control', 'no-store');
  } else {
    headers.push('cache-control', 'no-cache', 'etag', answer.etag);
    const known = asked['if-none-match'];
    if (known !== undefined && hasTag(known, answer.etag)) {
      return { status: 304, headers, body: undefined };
    }
  }
  const gzipped = kept && acceptsGzip(asked['accept-encoding']) ? answer.gzipped : null;
  if (gzipped !== null) {
    headers.push('content-encoding', 'gzip');
  }
  const body = gzipped ?? answer.body;
  // The length is said here because Node would leave it out of the answer to HEAD.
  headers.push('content-type', jsonContentType, 'content-length', String(body.length));
  return { status: 200, headers, body };
}

export function sendSourced(response: Response, result: ReadResult): void {
  const { status, headers, body } = sourcedAnswer(response.req.headers, result);
  response.statusCode = status;
  setHeaders(response, headers);
  response.end(body);
}

/** Of a resource whose entries are null where there is nothing. */
export function sendFound(response: Response, result: ReadResult, missing: string): void {
  if (result.text === 'null') {
    sendCacheStatus(response, result);
    throw new Problem(404, missing);
  }
  sendSourced(response, result);
}

/** On an answer that was read through the cache and is none of its texts: a 404. */
function sendCacheStatus(response: Response, { status, stale }: ReadResult): void {
  response.setHeader('cache-status', status);
  if (stale) {
    response.setHeader('x-cache', 'STALE');
  }
}
