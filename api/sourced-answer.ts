// The answer of a cached route: where it came from and the data. The data is JSON text already, as
// stored, and is joined into the answer without being parsed.

import type { Response } from 'express';
import { z } from 'zod';
import type { ReadResult } from '../cache/entry-reader.ts';
import { sendJson } from './endpoint.ts';

export function sourcedSchema<Data extends z.ZodType>(data: Data) {
  const source = z.enum(['cache', 'database']).meta({ description: 'Where the data came from' });
  return z.object({ source, data });
}

export function sendSourced(response: Response, { source, text }: ReadResult): void {
  sendJson(response, `{"source":"${source}","data":${text}}`);
}
