// Every request has an id that its answer, its log line and its problem document share: the
// caller's own where it is harmless to repeat, else a new one.

import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler, Response } from 'express';

export const requestIdHeader = 'x-request-id';
const harmless = /^[A-Za-z0-9._-]{1,64}$/;

export const assignRequestId: RequestHandler = (request, response, next) => {
  response.setHeader(requestIdHeader, requestIdFor(request.headers));
  next();
};

export function requestIdFor(headers: IncomingHttpHeaders): string {
  const given = headers[requestIdHeader];
  return typeof given === 'string' && harmless.test(given) ? given : randomUUID();
}

export function requestIdOf(response: Response): string {
  return String(response.getHeader(requestIdHeader));
}
