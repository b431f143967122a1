// After a write of our own has been committed, its entry is taken away at once, so that the next
// read of the writer is fresh on any process. Best effort: the pipeline is what guarantees it.

import { type CachedResource, entryKey } from '../contract/resources.ts';
import type { RedisConnection } from '../platform/clients/redis.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { deleteEntries } from './invalidate.ts';

/** Never rejects. The code must be canonical. */
export type ForgetEntry = (resource: CachedResource, code: string) => Promise<void>;

export function createForgetEntry(options: {
  /** Absent where nothing is cached. */
  redis: RedisConnection | undefined;
  logger: Logger;
}): ForgetEntry {
  const { redis, logger } = options;
  return async (resource, code) => {
    try {
      await (redis &&
        deleteEntries((...parts) => redis.command(...parts), [entryKey(resource, code)]));
    } catch (error) {
      const fields = { event: 'cache.not_forgotten', resource: resource.name };
      logger.warn(fields, `an entry stays until the pipeline takes it: ${describeError(error)}`);
    }
  };
}
