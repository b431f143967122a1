// The answer of a cached route: where it came from and the data. The data is JSON text already, as
// stored, and is joined into the answer without being parsed.

import type { Response } from 'express';
import { z } from 'zod';
import type { ReadResult } from '../cache/read-result.ts';
import { sendJson } from './endpoint.ts';

export function sourcedSchema<Data extends z.ZodType>(data: Data) {
  const source = z.enum(['cache', 'database']).meta({ description: 'Where the data came from' });
  return z.object({ source, data });
}

export function sendSourced(response: Response, result: ReadResult): void {
  sendCacheStatus(response, result);
  const { source, text } = result;
  sendJson(response, `{"source":"${source}","data":${text}}`);
}

/** On every answer that was read through the cache, a 404 included. */
export function sendCacheStatus(response: Response, { status, stale }: ReadResult): void {
  response.setHeader('cache-status', status);
  if (stale) {
    response.setHeader('x-cache', 'STALE');
  }
}
