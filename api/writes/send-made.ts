// The answers of writes: what there is now, with the ETag that the next change is based on.

import type { Response } from 'express';
import { rememberCreated } from '../auth/audit-log.ts';
import { sendJson } from '../endpoint.ts';
import type { Made } from './idempotency.ts';

export function sendCreated(response: Response, made: Made, folder: string): void {
  rememberCreated(response, made.id);
  // Under the prefix that was asked.
  response.setHeader('location', `${response.req.baseUrl}/${folder}/${made.id}`);
  sendCurrent(response, made, 201);
}

export function sendCurrent(response: Response, { text, etag }: Made, status = 200): void {
  if (etag !== undefined) {
    response.setHeader('etag', etag);
  }
  sendJson(response, text, status);
}
