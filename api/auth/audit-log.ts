// One line per write that was tried: who, what, which, with what outcome. Never a value.

import type { RequestHandler, Response } from 'express';
import type { Logger } from '../../platform/logger.ts';
import { requestIdOf } from '../request-id.ts';

export function auditWrites(parent: Logger): RequestHandler {
  const logger = parent.child({ component: 'audit' });
  return (request, response, next) => {
    const { method, params } = request;
    const { path } = request.route as { path: string };
    response.once('close', () => {
      const { subject = null, createdId } = response.locals as AuditedLocals;
      const action = `${method} ${path}`;
      const { statusCode: status } = response;
      const outcome = outcomeOf(response);
      const id = createdId ?? params.id ?? null;
      const request_id = requestIdOf(response);
      const fields = { event: 'admin.write', subject, action, id, outcome, status, request_id };
      logger.info(fields, `${action} ${outcome}`);
    });
    next();
  };
}

interface AuditedLocals {
  subject?: string;
  createdId?: string;
}

/** For the line of a write whose address does not name what it makes. */
export function rememberCreated(response: Response, id: string): void {
  response.locals.createdId = id;
}

function outcomeOf({ statusCode, writableFinished }: Response): string {
  if (!writableFinished) {
    return 'unknown';
  }
  if (statusCode >= 500) {
    return 'failed';
  }
  return statusCode >= 400 ? 'refused' : 'done';
}
