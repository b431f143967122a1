// The headers by which helmet protects who reads an answer. Ours never depend on the request, so
// helmet is asked once, at start.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

type Protection = readonly ReturnType<typeof helmet.noSniff>[];

/** Of pages, which a browser runs. Whether there is TLS is for whoever terminates it to say. */
export const pageProtection: Protection = [
  helmet({
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    strictTransportSecurity: false,
  }),
];

/**
 * Of data: that it is not to be run, framed, guessed at or read by other sites. The others speak
 * about pages, and would cost a hit about as much as finding its answer.
 */
export const dataProtection: Protection = [
  helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  }),
  helmet.crossOriginResourcePolicy(),
  helmet.noSniff(),
];

/** Name, value, name, value: as `writeHead` takes them. */
export function securityHeaders(protection: Protection): string[] {
  const headers: string[] = [];
  const recorder = {
    setHeader: (name: string, value: string) => headers.push(name.toLowerCase(), value),
    removeHeader: () => undefined,
  };
  for (const protect of protection) {
    protect({} as IncomingMessage, recorder as unknown as ServerResponse, () => {});
  }
  return headers;
}

export function setSecurityHeaders(headers: readonly string[]): RequestHandler {
  return (_request, response, next) => {
    setHeaders(response, headers);
    next();
  };
}

export function setHeaders(response: ServerResponse, headers: readonly string[]): void {
  for (let index = 0; index + 1 < headers.length; index += 2) {
    response.setHeader(headers[index] as string, headers[index + 1] as string);
  }
}
