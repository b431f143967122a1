// What stands before everything that only an admin may do: an audit line, the token, the rate.
// Reads that show an admin more than others ask `isAdmin` and are open to everybody else.

import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from '../../platform/logger.ts';
import type { Access } from '../endpoint.ts';
import { problemResponse } from '../endpoint.ts';
import { Problem } from '../problem.ts';
import { auditWrites } from './audit-log.ts';
import { isFromOtherSite, isLocal } from './is-local.ts';
import { type Caller, InvalidToken, type TokenVerifier } from './token-verifier.ts';

export interface AdminAccess {
  readonly write: Access;
  /** For the document of a read that shows an admin more. */
  readonly read: Access;
  /** @throws Problem when the request carries a token that is not good. */
  isAdmin(request: Request): Promise<boolean>;
}

export interface AdminAccessOptions {
  authentication: Authentication;
  limitWrites: RequestHandler;
  logger: Logger;
}

/** How callers are told apart; `missing` says which settings would be needed. */
export type Authentication =
  | { kind: 'off' }
  | { kind: 'missing'; detail: string }
  | { kind: 'token'; verify: TokenVerifier };

export function createAdminAccess(options: AdminAccessOptions): AdminAccess {
  const { authentication, limitWrites, logger } = options;
  const refuseOthers: RequestHandler = async (request, response, next) => {
    const caller = await requireCaller(authentication, request);
    if (!caller.isAdmin) {
      throw new Problem(403, 'The token does not carry the role admin.', {
        'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"',
      });
    }
    rememberSubject(response, caller.subject);
    next();
  };
  const security = [{ [securityScheme]: [] }];
  return {
    write: {
      guards: [auditWrites(logger), refuseOthers, limitWrites],
      security,
      responses: writeRefusals,
    },
    read: { guards: [], security: [{}, ...security], responses: readRefusals },
    isAdmin: async (request) => {
      if (request.headers.authorization === undefined || authentication.kind === 'missing') {
        return false;
      }
      return (await requireCaller(authentication, request)).isAdmin;
    },
  };
}

export const securityScheme = 'admin';

const readRefusals = { 401: problemResponse('A token that is not good') };
const writeRefusals = {
  401: problemResponse('No token, or one that is not good'),
  403: problemResponse('The token is not an admin’s'),
  429: problemResponse('Too many writes; Retry-After says when to go on'),
  503: problemResponse('A server that this needs does not respond, or no key for tokens is set'),
};

async function requireCaller(authentication: Authentication, request: Request): Promise<Caller> {
  switch (authentication.kind) {
    case 'off':
      if (!isLocal(request) || isFromOtherSite(request)) {
        throw new Problem(403, 'With ADMIN_AUTH=off only programs on this machine may write.');
      }
      return { subject: 'anybody', isAdmin: true };
    case 'missing':
      throw new Problem(503, authentication.detail);
    case 'token':
      return await verifyToken(authentication.verify, request);
    default:
      return authentication satisfies never;
  }
}

async function verifyToken(verify: TokenVerifier, request: Request): Promise<Caller> {
  const { authorization } = request.headers;
  const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) {
    const challenge = { 'www-authenticate': 'Bearer realm="CineSync"' };
    throw new Problem(401, 'This needs a bearer token of an admin.', challenge);
  }
  try {
    return await verify(token);
  } catch (error) {
    if (error instanceof InvalidToken) {
      const challenge = `Bearer error="invalid_token", error_description="${error.message}"`;
      throw new Problem(401, `No: ${error.message}.`, { 'www-authenticate': challenge });
    }
    throw error;
  }
}

function rememberSubject(response: Response, subject: string): void {
  response.locals.subject = subject;
}

/** Of a caller who has been let in. */
export function subjectOf(response: Response): string {
  return String(response.locals.subject);
}
