// Every request has an id that its answer, its log line and its problem document share: the
// caller's own where it is harmless to repeat, else a new one.

import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

const header = 'x-request-id';
const harmless = /^[A-Za-z0-9._-]{1,64}$/;

export const assignRequestId: RequestHandler = (request, response, next) => {
  const given = request.headers[header];
  const accepted = typeof given === 'string' && harmless.test(given);
  response.setHeader(header, accepted ? given : randomUUID());
  next();
};

export function requestIdOf(response: Response): string {
  return String(response.getHeader(header));
}
