// Stands in for listener and cleaner where a test is about the API alone: keeps the positions as a
// healthy pipeline would, so that the API trusts the cache.

import { cachedResources } from '../../contract/resources.ts';
import type { Database } from './database.ts';
import type { TestScope } from './processes.ts';
import type { RedisDatabase } from './redis.ts';

export interface TrustedCacheOptions {
  database: Database;
  redis: RedisDatabase;
  namespace: string;
}

const partitionCount = 3;
const intervalMs = 100;

/** Resolves once the first positions are written; goes on until the test ends. */
export async function keepCacheTrusted(
  scope: TestScope,
  { database, redis, namespace }: TrustedCacheOptions,
): Promise<void> {
  const [row] = await database.query<{ incarnation: string }>(
    'select cache.renew_incarnation() as incarnation',
  );
  const incarnation = row?.incarnation;
  let next = 0;
  async function beat(): Promise<void> {
    const [clock] = await database.query<{ ms: string }>(
      'select floor(extract(epoch from now()) * 1000)::text as ms',
    );
    next += 1;
    const heartbeat = { atMs: Number(clock?.ms), partitionCount, incarnation, bypass: false };
    const position = JSON.stringify({ next: String(next), heartbeat });
    const fields = cachedResources.flatMap(({ topic }) =>
      Array.from({ length: partitionCount }, (_, partition) => [
        `${namespace}${topic}/${partition}`,
        position,
      ]),
    );
    await redis.command('HSET', 'cache_position', ...fields.flat());
  }
  await beat();
  let beating: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    // A server that a test takes away comes back by itself, or the test is over.
    beating = beating.then(beat).catch(() => undefined);
  }, intervalMs);
  scope.after(async () => {
    clearInterval(timer);
    await beating;
  });
}
