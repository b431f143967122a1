// What single commands need to know besides where the servers are.

import { z } from 'zod';
import type { CachedResource } from '../contract/resources.ts';
import { timeToLiveFields } from '../platform/setting-fields.ts';
import { type Environment, readSettings } from '../platform/settings.ts';

const schema = z.object({ ...timeToLiveFields });

/** @throws SettingsError naming every mistake. */
export function readWarmSettings(environment: Environment) {
  const { CITY_TTL_SECONDS, REDIS_CACHE_TTL } = readSettings(schema, environment);
  return {
    ttlSeconds: ({ name }: CachedResource) =>
      name === 'city' ? CITY_TTL_SECONDS : REDIS_CACHE_TTL,
  };
}
