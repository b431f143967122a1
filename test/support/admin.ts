// An admin of the API: tokens as a login service would make them, and requests that carry one.

import { SignJWT } from 'jose';

const jwtSecret = 'a secret of the tests, and of nothing else';

/** For every API process that the admin talks to. */
export const adminEnv = { JWT_SECRET: jwtSecret, ADMIN_WRITES_PER_MINUTE: '0' };

export interface TokenParts {
  subject?: string;
  role?: string;
  audience?: string;
  /** As jose writes times: `1h`, `-1m`. */
  expires?: string;
  secret?: string;
  claims?: Record<string, unknown>;
}

export async function makeToken(parts: TokenParts = {}): Promise<string> {
  const { subject = 'ada', role = 'admin', audience = 'cinesync', expires = '1h' } = parts;
  return await new SignJWT({ role, ...parts.claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setAudience(audience)
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(parts.secret ?? jwtSecret));
}

export interface AdminAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The body as JSON, if it is. */
  json: unknown;
}

export type Send = (
  method: string,
  path: string,
  options?: { body?: unknown; headers?: Record<string, string> },
) => Promise<AdminAnswer>;

/** A body that is no text or bytes is sent as JSON. */
export function sendAs(token: string | null, url: string): Send {
  return async (method, path, { body, headers = {} } = {}) => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined || isRaw ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: text,
      json: parse(text),
    };
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
