// Taking entries away. A DEL is sent even where nothing is cached: it voids the lease of a loader
// whose row is older than the change.

import type { CachedResource } from '../contract/resources.ts';
import type { RedisCommands } from '../platform/clients/redis.ts';

const keysPerCommandMax = 500;

export async function deleteEntries(redis: RedisCommands, keys: readonly string[]): Promise<void> {
  for (let start = 0; start < keys.length; start += keysPerCommandMax) {
    await redis<number>('DEL', ...keys.slice(start, start + keysPerCommandMax));
  }
}

/**
 * Every entry of a resource, leases included. SCAN names every key that exists throughout, and a
 * lease that appears meanwhile was taken after the change that is being flushed was committed.
 */
export async function flushEntries(
  redis: RedisCommands,
  resource: CachedResource,
  afterEachStep: () => Promise<void> = async () => undefined,
): Promise<void> {
  const pattern = `${resource.keyPrefix}*`;
  let cursor = '0';
  do {
    const [next, keys] = await redis<[string, string[]]>(
      'SCAN',
      cursor,
      'MATCH',
      pattern,
      'COUNT',
      '1000',
    );
    if (keys.length > 0) {
      await redis<number>('UNLINK', ...keys);
    }
    await afterEachStep();
    cursor = next;
  } while (cursor !== '0');
}
