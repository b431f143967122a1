// Who may watch: anybody on this very machine, and from elsewhere an admin with a token. A request
// that came through a proxy, or under a name that is not of this machine, came from elsewhere.

import type { Request } from 'express';

export interface OpsAccess {
  isAdmin(request: Request): Promise<boolean>;
}

const localAddresses = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const localNames = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Page scripts of other sites could otherwise lead a browser here under a name of theirs. */
export function isLocal({ socket, headers }: Pick<Request, 'socket' | 'headers'>): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  return (
    localAddresses.has(socket.remoteAddress ?? '') &&
    localNames.test(headers.host ?? '') &&
    !isForwarded
  );
}
