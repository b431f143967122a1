// Whether a request came from this very machine. What came through a proxy, or under a name that is
// not of this machine, came from elsewhere; so did what a page of another site had a browser send.

import type { Request } from 'express';

const localAddresses = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const localNames = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
/** Each proxy has its own way to say for whom it asks. */
const forwardingHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

export function isLocal(request: Pick<Request, 'socket' | 'headers'>): boolean {
  const { socket, headers } = request;
  return (
    localAddresses.has(socket.remoteAddress ?? '') &&
    localNames.test(headers.host ?? '') &&
    forwardingHeaders.every((name) => headers[name] === undefined)
  );
}

/** A form of another site can send a POST here, but not without saying where it comes from. */
export function isFromOtherSite({ headers }: Pick<Request, 'headers'>): boolean {
  const { origin, host } = headers;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}
