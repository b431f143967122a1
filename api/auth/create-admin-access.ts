// From the settings to who is let in. Without any setting the API starts and nobody may write.

import type { RedisConnection } from '../../platform/clients/redis.ts';
import type { Logger } from '../../platform/logger.ts';
import type { ApiSettings } from '../settings.ts';
import { type AdminAccess, type Authentication, createAdminAccess } from './admin-access.ts';
import { createTokenVerifier, type TokenKey } from './token-verifier.ts';
import { createWriteLimit } from './write-limit.ts';

export function adminAccessOf({
  settings,
  redis,
  logger,
}: {
  settings: ApiSettings;
  redis: RedisConnection | undefined;
  logger: Logger;
}): AdminAccess {
  const writesPerMinute = settings.ADMIN_WRITES_PER_MINUTE;
  return createAdminAccess({
    authentication: authenticationOf(settings),
    limitWrites: createWriteLimit({ writesPerMinute, redis }),
    logger,
  });
}

function authenticationOf(settings: ApiSettings): Authentication {
  if (settings.ADMIN_AUTH === 'off') {
    return { kind: 'off' };
  }
  const key = tokenKeyOf(settings);
  if (key === null) {
    const detail = 'Nobody can prove to be an admin here: JWT_SECRET or JWT_JWKS_URL must be set.';
    return { kind: 'missing', detail };
  }
  const { JWT_AUDIENCE: audience, JWT_ISSUER: issuer } = settings;
  return { kind: 'token', verify: createTokenVerifier({ key, audience, issuer }) };
}

function tokenKeyOf({ JWT_SECRET, JWT_JWKS_URL }: ApiSettings): TokenKey | null {
  if (JWT_SECRET !== undefined) {
    return { secret: JWT_SECRET };
  }
  return JWT_JWKS_URL === undefined ? null : { jwksUrl: JWT_JWKS_URL };
}
