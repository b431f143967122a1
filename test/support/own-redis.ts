// A Redis of a test's own, for what must not be done to one that others use.

import { redis } from '../../stack/servers/redis.ts';
import { startOwnServer } from './own-server.ts';
import type { TestScope } from './processes.ts';

/** Its address, as in REDIS_URL. */
export async function startOwnRedis(scope: TestScope): Promise<string> {
  const { env } = await startOwnServer(scope, redis);
  return env.REDIS_URL ?? '';
}
