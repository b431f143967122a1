// The headers that helmet puts on every answer. Ours never depend on the request, so helmet is
// asked once, at start.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import helmet, { type HelmetOptions } from 'helmet';

/** Whether there is TLS, and for which names, is for whoever terminates it to say. */
export const helmetOptions: HelmetOptions = {
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  strictTransportSecurity: false,
};

/** Name, value, name, value: as `writeHead` takes them. */
export function securityHeaders(): string[] {
  const headers: string[] = [];
  const recorder = {
    setHeader: (name: string, value: string) => headers.push(name.toLowerCase(), value),
    removeHeader: () => undefined,
  };
  helmet(helmetOptions)({} as IncomingMessage, recorder as unknown as ServerResponse, () => {});
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
